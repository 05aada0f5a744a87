import { ConsoleLogger, Global, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ScheduleModule } from '@nestjs/schedule';
import { getDataSourceToken } from '@nestjs/typeorm';
import type {
  CreatedBy,
  NotificationChannelInput,
  NotificationDelivery,
  Operation,
  SavedNotificationChannel,
  Session,
} from '@lockstep/contract';
import { AccessModule, SetupService } from '@lockstep/server-access';
import { DatabaseModule } from '@lockstep/server-database';
import { ProblemFilter } from '@lockstep/server-http';
import {
  type OperationContext,
  type OperationHandler,
  OperationHandlerFor,
  OperationsModule,
  type OperationResult,
  OperationsService,
} from '@lockstep/server-operations';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import { NetworkPolicy } from '@lockstep/server-ssh';
import { waitUntil } from '@lockstep/server-testing';
import type { DataSource } from 'typeorm';
import { type Announcement, Announcements, NotificationsModule, type NotificationsOptions } from '../src/index.js';

const administrator = { username: 'ada', password: 'umbrella-tundra-violin' };
const masterKey = MasterKey.parse(MasterKey.generate(), 'test');
export const consoleUrl = 'https://lockstep.example';

interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}
type Unknown = Record<string, never>;

/** What an operation does, by its connection's id; completes unless told. */
export type Script = Map<number, (context: OperationContext) => Promise<OperationResult>>;

function handlerOf(script: Script): new () => OperationHandler {
  @OperationHandlerFor('ssh_test')
  class TestHandler implements OperationHandler {
    readonly type = 'ssh_test';
    readonly changesHost = false;
    readonly deadlineMs = 30_000;
    readonly steps = [{ name: 'look', title: 'Look', safety: 'repeatable' as const }];
    run(context: OperationContext): Promise<OperationResult> {
      const act = script.get(context.operation.connectionId);
      return act ? act(context) : Promise.resolve({ message: 'The host is well.' });
    }
  }
  return TestHandler;
}

@Global()
@Module({
  providers: [{ provide: NetworkPolicy, useValue: new NetworkPolicy({ listenHost: '127.0.0.1', listenPort: 43_002 }) }],
  exports: [NetworkPolicy],
})
class NetworkModule {}

/** The notifications feature over real HTTP on a real database, with the engine whose ends it tells: one replica. */
export class NotificationsServer {
  private constructor(
    private readonly application: NestExpressApplication,
    private readonly url: string,
    private token: string,
  ) {}

  static async start(
    databaseUrl: string,
    options: Partial<NotificationsOptions> & { script?: Script; secretBox?: SecretBox } = {},
  ): Promise<NotificationsServer> {
    const { script = new Map(), secretBox = new SecretBox(masterKey), ...given } = options;
    @Module({
      imports: [
        ScheduleModule.forRoot(),
        DatabaseModule.forRoot({ url: databaseUrl }),
        AccessModule.forRoot({ secretBox, allowedOrigins: [], administrator }),
        OperationsModule.forRoot({
          ...{ workers: 5, embedded: false, operationRetentionDays: 90, logRetentionDays: 14, types: ['ssh_test'] },
        }),
        NetworkModule,
        NotificationsModule.forRoot({ delivers: true, consoleUrl, ...given }),
      ],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }, handlerOf(script)],
    })
    class ServerModule {}
    const logger = new ConsoleLogger({ logLevels: ['error', 'fatal'] });
    const application = await NestFactory.create<NestExpressApplication>(ServerModule, { logger, abortOnError: false });
    await application.init();
    await application.get(SetupService).prepareSetup();
    await application.listen(0, '127.0.0.1');
    const server = new NotificationsServer(application, await application.getUrl(), '');
    const { body } = await server.call<Session>('POST /auth/login', administrator);
    server.token = body.accessToken;
    return server;
  }

  get dataSource(): DataSource {
    return this.application.get<DataSource>(getDataSourceToken());
  }

  async call<Body = Unknown>(line: string, body?: unknown): Promise<Reply<Body>> {
    const [method = 'GET', path = ''] = line.split(' ');
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  }

  async addChannel(
    input: Omit<NotificationChannelInput, 'name'> & { name?: string },
  ): Promise<SavedNotificationChannel> {
    const { status, body } = await this.call<SavedNotificationChannel>('POST /notification-channels', {
      name: 'pager',
      ...input,
    });
    if (status !== 201) throw new Error(`Making a channel answered ${String(status)} ${JSON.stringify(body)}`);
    return body;
  }

  async deliveries(channelId: number): Promise<NotificationDelivery[]> {
    return (await this.call<{ items: NotificationDelivery[] }>(`GET /notification-channels/${channelId}/deliveries`))
      .body.items;
  }

  /** The newest message of a channel once it is as awaited. */
  async deliveryOnce(
    channelId: number,
    holds: (delivery: NotificationDelivery) => boolean,
    deadlineMs = 20_000,
  ): Promise<NotificationDelivery> {
    let last: NotificationDelivery | undefined;
    return waitUntil(
      'the message is as awaited',
      async () => {
        [last] = await this.deliveries(channelId);
        return last && holds(last) ? last : undefined;
      },
      deadlineMs,
    ).catch((cause: unknown) => {
      throw new Error(`${String(cause)}; it was last ${JSON.stringify(last)}`, { cause });
    });
  }

  announce(more: Partial<Announcement> = {}): Promise<void> {
    const announcement: Announcement = {
      ...{ event: 'certificate_expiring', subjectKey: 'certificate:5', link: '/certificates/5' },
      ...{ title: 'The certificate shop expires in 3 days', text: 'Its last renewal failed.' },
      ...more,
    };
    return this.dataSource.transaction((transaction) =>
      this.application.get(Announcements).announce(transaction, announcement),
    );
  }

  recovered(subjectKey = 'certificate:5'): Promise<void> {
    const recovery = { subjectKey, title: 'The certificate shop', text: 'It was renewed.', link: '/certificates/5' };
    return this.dataSource.transaction((transaction) =>
      this.application.get(Announcements).recovered(transaction, recovery),
    );
  }

  /** Lets what is waiting, or was claimed by somebody who is gone, be due now. */
  async timePasses(): Promise<void> {
    await this.dataSource.query(
      `UPDATE notification_deliveries SET next_attempt_at = now(), claimed_until = NULL WHERE state = 'waiting'`,
    );
    await this.dataSource.query('UPDATE notification_channels SET paused_until = NULL');
  }

  /** Runs an operation on a connection to its end. */
  async run(connectionId: number, createdBy: CreatedBy = 'cron', parentId?: string): Promise<Operation> {
    const { operation } = await this.application.get(OperationsService).start({
      type: 'ssh_test',
      connection: { id: connectionId, name: `web-${String(connectionId)}` },
      target: '',
      actor: { kind: 'schedule', id: '1', name: 'nightly' },
      createdBy,
      ...(parentId !== undefined && { parentId }),
    });
    return waitUntil('the operation ends', async () => {
      const { body } = await this.call<Operation>(`GET /operations/${operation.id}`);
      return body.completedAt === null ? undefined : body;
    });
  }

  stop(): Promise<void> {
    return this.application.close();
  }
}
