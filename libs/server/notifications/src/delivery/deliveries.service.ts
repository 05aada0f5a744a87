import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { NotificationDelivery, NotificationTest } from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { ProblemException, notFound } from '@lockstep/server-http';
import { DataSource } from 'typeorm';
import { ChannelsService } from '../channels/channels.service.js';
import { NOTIFICATIONS_OPTIONS, type NotificationsOptions } from '../notifications-options.js';
import type { Message } from '../sending/message.js';
import { Sender } from '../sending/sender.service.js';
import { Deliverer } from './deliverer.js';
import { DeliveryQueue } from './delivery-queue.js';

type Row = Omit<NotificationDelivery, 'createdAt' | 'nextAttemptAt' | 'endedAt'> & {
  readonly createdAt: Date;
  readonly nextAttemptAt: Date | null;
  readonly endedAt: Date | null;
};

interface Which {
  readonly channelId: number;
  /** All unless told. */
  readonly id?: string;
  readonly limit: number;
}

/** What people do about messages: look, try again, try out. */
@Injectable()
export class DeliveriesService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly channels: ChannelsService,
    private readonly queue: DeliveryQueue,
    private readonly deliverer: Deliverer,
    private readonly sender: Sender,
    private readonly audit: AuditService,
    @Inject(NOTIFICATIONS_OPTIONS) private readonly options: NotificationsOptions,
  ) {}

  /** Newest first. @throws {ProblemException} NOT_FOUND */
  async list(channelId: number, limit: number): Promise<NotificationDelivery[]> {
    await this.channels.find(channelId);
    return this.read({ channelId, limit });
  }

  /** Sends a message now and answers how it went. @throws {ProblemException} NOT_FOUND, CONFLICT when it has arrived. */
  async retry(actor: AuditActor, channelId: number, id: string): Promise<NotificationDelivery> {
    await this.find(channelId, id);
    const claimed = await this.queue.claim(channelId, id);
    if (!claimed) throw new ProblemException('CONFLICT', 'This message has arrived, or is on its way at this moment.');
    await this.deliverer.deliver(claimed);
    const subject = `notification_channel:${String(channelId)}`;
    await this.dataSource.transaction((transaction) =>
      this.audit.record(transaction, { actor, action: 'notification.retried', subject, detail: { id } }),
    );
    return this.find(channelId, id);
  }

  /** Sends a message at once and only once. One that arrives lets the waiting ones go. @throws {ProblemException} NOT_FOUND */
  async test(actor: AuditActor, channelId: number): Promise<NotificationTest> {
    const channel = await this.channels.find(channelId);
    const began = performance.now();
    const result = await this.sender.send(channel, this.testMessage(actor));
    await this.dataSource.transaction(async (transaction) => {
      await this.queue.keepState(transaction, channelId, result);
      if (result.delivered) await this.queue.makeDue(transaction, channelId);
      const detail = { delivered: result.delivered };
      const subject = `notification_channel:${String(channelId)}`;
      await this.audit.record(transaction, { actor, action: 'notification_channel.tested', subject, detail });
    });
    const { delivered, answer } = result;
    return { delivered, answer, milliseconds: Math.round(performance.now() - began) };
  }

  private testMessage({ name }: AuditActor): Message {
    const { consoleUrl } = this.options;
    return {
      ...{ id: randomUUID(), at: new Date(), since: new Date(), event: 'test', recovered: false, keptQuiet: 0 },
      title: 'Test message',
      text: `${name} tried out whether messages of Lockstep arrive here. They do.`,
      host: null,
      link: consoleUrl === undefined ? null : `${consoleUrl}/settings/notifications`,
    };
  }

  private async find(channelId: number, id: string): Promise<NotificationDelivery> {
    const [delivery] = await this.read({ channelId, id, limit: 1 });
    if (!delivery) throw notFound('delivery');
    return delivery;
  }

  private async read({ channelId, id, limit }: Which): Promise<NotificationDelivery[]> {
    const rows = await this.dataSource.query<Row[]>(
      `SELECT d.id, a.event, a.recovered, a.title, d.kept_quiet AS "keptQuiet", d.state, d.attempts,
         d.created_at AS "createdAt", d.next_attempt_at AS "nextAttemptAt", d.ended_at AS "endedAt", d.answer
       FROM notification_deliveries d JOIN announcements a ON a.id = d.announcement_id
       WHERE d.channel_id = $1 AND ($2::uuid IS NULL OR d.id = $2) ORDER BY d.created_at DESC LIMIT $3`,
      [channelId, id ?? null, limit],
    );
    return rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
      endedAt: row.endedAt?.toISOString() ?? null,
    }));
  }
}
