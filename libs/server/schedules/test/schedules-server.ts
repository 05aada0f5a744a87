import { ConsoleLogger, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ScheduleModule } from '@nestjs/schedule';
import { getDataSourceToken } from '@nestjs/typeorm';
import type {
  Connection,
  Grants,
  Role,
  Schedule,
  ScheduleRun,
  ScheduleRunDetail,
  Session,
  User,
} from '@lockstep/contract';
import { AccessModule, SetupService } from '@lockstep/server-access';
import { CertificatesModule } from '@lockstep/server-certificates';
import { ConnectionsModule } from '@lockstep/server-connections';
import { DatabaseModule } from '@lockstep/server-database';
import { ProblemFilter } from '@lockstep/server-http';
import { NotificationsModule } from '@lockstep/server-notifications';
import { OperationsModule } from '@lockstep/server-operations';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import { ServicesModule } from '@lockstep/server-services';
import { type Sshd, freePort, waitUntil } from '@lockstep/server-testing';
import type { DataSource } from 'typeorm';
import { SchedulesModule } from '../src/index.js';
import { ScheduleRunsService } from '../src/runs/schedule-runs.service.js';

const administrator = { username: 'ada', password: 'umbrella-tundra-violin' };
const masterKey = MasterKey.parse(MasterKey.generate(), 'test');
const approvedKey = `SHA256:${'B'.repeat(43)}`;

interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}
type Unknown = Record<string, never>;

/**
 * Schedules over real HTTP on a real database, with the engine that runs what they start. With `ticks: false` its own clock
 * stands still: a test fires by hand.
 */
export class SchedulesServer {
  private token = '';

  private constructor(
    readonly application: NestExpressApplication,
    private readonly url: string,
  ) {}

  static async start(databaseUrl: string, { ticks }: { ticks: boolean }): Promise<SchedulesServer> {
    const days = { operationRetentionDays: 90, logRetentionDays: 14 };
    @Module({
      imports: [
        ScheduleModule.forRoot(),
        DatabaseModule.forRoot({ url: databaseUrl }),
        AccessModule.forRoot({ secretBox: new SecretBox(masterKey), allowedOrigins: [], administrator }),
        OperationsModule.forRoot({ workers: 10, embedded: false, ...days }),
        ConnectionsModule.forRoot({ network: { listenHost: '127.0.0.1', listenPort: 44_001 } }),
        NotificationsModule.forRoot({ delivers: false, consoleUrl: undefined }),
        ServicesModule,
        CertificatesModule.forRoot({}),
        SchedulesModule.forRoot({ workers: ticks ? 10 : 0, ...days }),
      ],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    })
    class ServerModule {}
    const logger = new ConsoleLogger({ logLevels: ticks ? ['fatal'] : ['error', 'fatal'] });
    const application = await NestFactory.create<NestExpressApplication>(ServerModule, { logger, abortOnError: false });
    await application.init();
    await application.get(SetupService).prepareSetup();
    await application.listen(0, '127.0.0.1');
    const server = new SchedulesServer(application, await application.getUrl());
    server.token = await server.signIn(administrator);
    return server;
  }

  get dataSource(): DataSource {
    return this.application.get<DataSource>(getDataSourceToken());
  }

  async call<Body = Unknown>(line: string, body?: unknown, token = this.token): Promise<Reply<Body>> {
    const [method = 'GET', path = ''] = line.split(' ');
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  }

  /** The answer of a call that must succeed. */
  async ask<Body = Unknown>(line: string, body?: unknown, token?: string): Promise<Body> {
    const reply = await this.call<Body>(line, body, token);
    if (reply.status >= 300) throw new Error(`${line} answered ${String(reply.status)} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  /** A user with grants, signed in. */
  async addUser(username: string, role: Role, grants: Partial<Grants> = {}): Promise<{ id: number; token: string }> {
    const password = `${username}-walrus-cement-opal`;
    const { id } = await this.ask<User>('POST /users', { username, role, password });
    await this.ask(`PUT /users/${String(id)}/grants`, { connectionIds: [], tags: [], ...grants });
    return { id, token: await this.signIn({ username, password }) };
  }

  /** A connection to an sshd of the tests, or to a port on which nothing answers. Its host key is approved unless told. */
  async addConnection(
    name: string,
    { sshd, tags = [], approved = true }: { sshd?: Sshd; tags?: string[]; approved?: boolean } = {},
  ): Promise<number> {
    const { id } = await this.ask<Connection>('POST /connections', {
      name,
      host: '127.0.0.1',
      port: sshd?.port ?? (await freePort()),
      username: sshd?.username ?? 'nobody',
      tags,
      credential: sshd
        ? { kind: 'private_key', privateKey: sshd.user.privateKey }
        : { kind: 'password', password: 'not-used' },
      ...(approved && { hostKeyFingerprint: sshd?.hostKeyFingerprint ?? approvedKey }),
    });
    return id;
  }

  /** A schedule of tests at two in the morning, unless told otherwise. */
  add(input: object, token?: string): Promise<Schedule> {
    const usual = { name: 'Nightly', type: 'ssh_test', cron: '0 2 * * *', timeZone: 'Europe/Berlin' };
    return this.ask<Schedule>('POST /schedules', { ...usual, ...input }, token);
  }

  /** Makes it due: its next time was so many minutes ago, on the minute. */
  async makeDue(id: number, minutesAgo = 0): Promise<void> {
    await this.dataSource.query(
      `UPDATE schedules SET next_run = date_trunc('minute', now()) - make_interval(mins => $2) WHERE id = $1`,
      [id, minutesAgo],
    );
  }

  /** What the clock does each second, for one schedule. */
  fire(id: number): Promise<void> {
    return this.application.get(ScheduleRunsService).fire(id);
  }

  async runs(id: number): Promise<ScheduleRun[]> {
    return (await this.ask<{ items: ScheduleRun[] }>(`GET /schedules/${String(id)}/runs`)).items;
  }

  /** The newest run, with its targets. */
  async lastRun(id: number, token?: string): Promise<ScheduleRunDetail> {
    const [run] = await this.runs(id);
    return this.ask(`GET /schedules/${String(id)}/runs/${run?.id ?? ''}`, undefined, token);
  }

  /** Makes it due, fires it, and answers the run. */
  async run(id: number): Promise<ScheduleRunDetail> {
    await this.makeDue(id);
    await this.fire(id);
    return this.lastRun(id);
  }

  /** The newest run, once nothing of it is active. */
  ended(id: number): Promise<ScheduleRunDetail> {
    return waitUntil(
      'the run ends',
      async () => {
        const run = await this.lastRun(id);
        return run.outcome === 'running' ? undefined : run;
      },
      60_000,
    );
  }

  stop(): Promise<void> {
    return this.application.close();
  }

  private async signIn(who: { username: string; password: string }): Promise<string> {
    return (await this.ask<Session>('POST /auth/login', who)).accessToken;
  }
}
