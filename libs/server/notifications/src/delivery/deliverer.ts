import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Notifications, isDatabaseUnavailable } from '@lockstep/server-database';
import { DELIVERIES_CHANNEL } from '../announcing/announcements.service.js';
import { NOTIFICATIONS_OPTIONS, type NotificationsOptions } from '../notifications-options.js';
import { type SendResult, Sender } from '../sending/sender.service.js';
import { type Claimed, DeliveryQueue, claimSeconds } from './delivery-queue.js';

const lookMs = 2_000;
/** How long a stopping server waits for messages that are on their way. */
const graceMs = 5_000;

/**
 * Sends what is waiting: one after the other on each channel, all channels at once, so that a slow one holds up nobody else.
 * A message whose sender is lost between sending and marking is sent again with the same id, when its claim has run out.
 */
@Injectable()
export class Deliverer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Notifications');
  private readonly busy = new Map<number, Promise<void>>();
  private readonly stopping = new AbortController();
  private stopped = false;
  private looking = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly sender: Sender,
    private readonly notifications: Notifications,
    @Inject(NOTIFICATIONS_OPTIONS) private readonly options: NotificationsOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.options.delivers) return;
    this.notifications.listen(DELIVERIES_CHANNEL, () => void this.look());
    this.timer = setInterval(() => void this.look(), lookMs);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    const impatience = setTimeout(() => this.stopping.abort(), graceMs);
    await Promise.allSettled(this.busy.values());
    clearTimeout(impatience);
  }

  private async look(): Promise<void> {
    if (this.looking || this.stopped) return;
    this.looking = true;
    try {
      for (const id of await this.queue.dueChannels()) this.drain(id);
    } catch (error) {
      this.report(error);
    } finally {
      this.looking = false;
    }
  }

  private drain(channelId: number): void {
    if (this.stopped || this.busy.has(channelId)) return;
    const work = this.sendAll(channelId)
      .catch((error: unknown) => this.report(error))
      .finally(() => this.busy.delete(channelId));
    this.busy.set(channelId, work);
  }

  private async sendAll(channelId: number): Promise<void> {
    while (!this.stopped) {
      const claimed = await this.queue.claim(channelId);
      if (!claimed) return;
      await this.deliver(claimed);
    }
  }

  /** Sends a claimed message once and keeps how that went. */
  async deliver(claimed: Claimed): Promise<void> {
    const { consoleUrl } = this.options;
    const link = claimed.link === null || consoleUrl === undefined ? null : `${consoleUrl}${claimed.link}`;
    const channel = { ...claimed, id: claimed.channelId };
    const result = await this.sender.send(channel, { ...claimed, link }, this.stopping.signal);
    await this.settle(claimed, result);
  }

  /** While the database is away it tries as long as the claim holds; after that the message is sent again. */
  private async settle(claimed: Claimed, result: SendResult): Promise<void> {
    const deadline = performance.now() + (claimSeconds * 1_000) / 2;
    for (;;) {
      try {
        await this.queue.settle(claimed, result);
        return;
      } catch (error) {
        if (!isDatabaseUnavailable(error) || performance.now() > deadline || this.stopped) throw error;
        await pause(500);
      }
    }
  }

  private report(error: unknown): void {
    if (!isDatabaseUnavailable(error)) this.logger.error(error);
  }
}
