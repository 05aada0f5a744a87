import { ConsoleLogger, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ScheduleModule } from '@nestjs/schedule';
import { getDataSourceToken } from '@nestjs/typeorm';
import type {
  Connection,
  ConnectionInput,
  Grants,
  HostKeys,
  Operation,
  Role,
  Session,
  StartAnswer,
  User,
} from '@lockstep/contract';
import { AccessModule, SetupService } from '@lockstep/server-access';
import { DatabaseModule } from '@lockstep/server-database';
import { ProblemFilter } from '@lockstep/server-http';
import { OperationsModule } from '@lockstep/server-operations';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import { type Sshd, waitUntil } from '@lockstep/server-testing';
import type { DataSource } from 'typeorm';
import { ConnectionsModule, type ConnectionsOptions } from '../src/index.js';

const administrator = { username: 'ada', password: 'umbrella-tundra-violin' };
const masterKey = MasterKey.parse(MasterKey.generate(), 'test');

export interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}
type Unknown = Record<string, never>;

/** The connections feature over real HTTP on a real database, with the engine that runs its tests. */
export class ConnectionsServer {
  private constructor(
    readonly application: NestExpressApplication,
    private readonly url: string,
    private token: string,
  ) {}

  static async start(
    databaseUrl: string,
    options: Partial<ConnectionsOptions> & { secretBox?: SecretBox } = {},
  ): Promise<ConnectionsServer> {
    const { secretBox = new SecretBox(masterKey) } = options;
    @Module({
      imports: [
        ScheduleModule.forRoot(),
        DatabaseModule.forRoot({ url: databaseUrl }),
        AccessModule.forRoot({ secretBox, allowedOrigins: [], administrator }),
        OperationsModule.forRoot({
          workers: 10,
          embedded: false,
          operationRetentionDays: 90,
          logRetentionDays: 14,
          types: ['ssh_test'],
        }),
        ConnectionsModule.forRoot({ network: { listenHost: '127.0.0.1', listenPort: 43_001 }, ...options }),
      ],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    })
    class ServerModule {}
    const logger = new ConsoleLogger({ logLevels: ['error', 'fatal'] });
    const application = await NestFactory.create<NestExpressApplication>(ServerModule, { logger, abortOnError: false });
    await application.init();
    await application.get(SetupService).prepareSetup();
    await application.listen(0, '127.0.0.1');
    const server = new ConnectionsServer(application, await application.getUrl(), '');
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

  async signIn(who: { username: string; password: string }): Promise<string> {
    const { status, body } = await this.call<Session>('POST /auth/login', who);
    if (status !== 200) throw new Error(`Sign-in answered ${String(status)} ${JSON.stringify(body)}`);
    return body.accessToken;
  }

  /** A user with grants, signed in. */
  async addUser(username: string, role: Role, grants: Partial<Grants> = {}): Promise<string> {
    const password = `${username}-walrus-cement-opal`;
    const { body } = await this.call<User>('POST /users', { username, role, password });
    await this.call(`PUT /users/${String(body.id)}/grants`, { connectionIds: [], tags: [], ...grants });
    return this.signIn({ username, password });
  }

  async add(input: Partial<ConnectionInput> & { name: string }): Promise<Connection> {
    const whole = {
      host: 'host.example',
      username: 'deploy',
      credential: { kind: 'password', password: 'secret' },
      ...input,
    };
    const { status, body } = await this.call<Connection>('POST /connections', whole);
    if (status !== 201) throw new Error(`Making a connection answered ${String(status)} ${JSON.stringify(body)}`);
    return body;
  }

  /** A connection to a real sshd, with its user's key and its host key approved unless told otherwise. */
  addSshd(name: string, sshd: Sshd, input: Partial<ConnectionInput> = {}): Promise<Connection> {
    return this.add({
      name,
      host: sshd.address,
      port: sshd.port,
      username: sshd.username,
      credential: { kind: 'private_key', privateKey: sshd.user.privateKey },
      hostKeyFingerprint: sshd.hostKeyFingerprint,
      ...input,
    });
  }

  /** Starts a test and waits for its end. */
  async test(id: number): Promise<Operation> {
    const { status, body } = await this.call<StartAnswer>(`POST /connections/${String(id)}/test-connection`);
    if (status !== 202) throw new Error(`Testing answered ${String(status)} ${JSON.stringify(body)}`);
    return this.ended(body.operationId);
  }

  ended(operationId: string): Promise<Operation> {
    return waitUntil(
      'the operation ends',
      async () => {
        const { body } = await this.call<Operation>(`GET /operations/${operationId}`);
        return body.completedAt === null ? undefined : body;
      },
      30_000,
    );
  }

  async hostKeys(id: number): Promise<HostKeys> {
    return (await this.call<HostKeys>(`GET /connections/${String(id)}/host-keys`)).body;
  }

  async audited(
    action: string,
  ): Promise<{ subject: string; detail: Record<string, unknown>; actor: { name: string } }[]> {
    return this.dataSource.query('SELECT subject, detail, actor FROM audit_entries WHERE action = $1 ORDER BY id', [
      action,
    ]);
  }

  stop(): Promise<void> {
    return this.application.close();
  }
}
