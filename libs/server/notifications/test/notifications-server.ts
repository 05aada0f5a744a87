import type { DynamicModule } from '@nestjs/common';
import type {
  CreatedBy,
  NotificationChannelInput,
  NotificationDelivery,
  Operation,
  SavedNotificationChannel,
} from '@lockstep/contract';
import {
  type OperationContext,
  type OperationHandler,
  OperationHandlerFor,
  type OperationResult,
  OperationsService,
} from '@lockstep/server-operations';
import { FeatureServer, startFeatures } from '@lockstep/server-operations/testing';
import type { SecretBox } from '@lockstep/server-secrets';
import { NetworkPolicy } from '@lockstep/server-ssh';
import { waitUntil } from '@lockstep/server-testing';
import { type Announcement, Announcements, NotificationsModule, type NotificationsOptions } from '../src/index.js';

export const consoleUrl = 'https://lockstep.example';

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

/** What the features below would bring: where requests may go, and the operations that are told of. */
function surroundings(script: Script): DynamicModule {
  const network = new NetworkPolicy({ listenHost: '127.0.0.1', listenPort: 43_002 });
  class SurroundingsModule {}
  return {
    module: SurroundingsModule,
    global: true,
    providers: [{ provide: NetworkPolicy, useValue: network }, handlerOf(script)],
    exports: [NetworkPolicy],
  };
}

/** The notifications feature over real HTTP on a real database, with the engine whose ends it tells: one replica. */
export class NotificationsServer extends FeatureServer {
  static async start(
    databaseUrl: string,
    options: Partial<NotificationsOptions> & { script?: Script; secretBox?: SecretBox } = {},
  ): Promise<NotificationsServer> {
    const { script = new Map(), secretBox, ...given } = options;
    const features = [surroundings(script), NotificationsModule.forRoot({ delivers: true, consoleUrl, ...given })];
    return new NotificationsServer(await startFeatures({ databaseUrl, types: ['ssh_test'], features, secretBox }));
  }

  async addChannel(
    input: Omit<NotificationChannelInput, 'name'> & { name?: string },
  ): Promise<SavedNotificationChannel> {
    return this.must<SavedNotificationChannel>('POST /notification-channels', { name: 'pager', ...input });
  }

  async deliveries(channelId: number): Promise<NotificationDelivery[]> {
    const path = `/notification-channels/${String(channelId)}/deliveries`;
    return (await this.must<{ items: NotificationDelivery[] }>(`GET ${path}`)).items;
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
    return this.ended(operation.id);
  }
}
