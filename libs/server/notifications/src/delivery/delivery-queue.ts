import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { NotificationEvent, NotificationTarget } from '@lockstep/contract';
import { DataSource, type EntityManager } from 'typeorm';
import { DELIVERIES_CHANNEL } from '../announcing/announcements.service.js';
import type { SendResult } from '../sending/sender.service.js';
import { mostPauseSeconds, nextAttemptIn } from './patience.js';

/** Longer than sending and marking take. After it another worker sends the message again, with the same id. */
export const claimSeconds = 60;

/** A message that this worker alone sends until its claim runs out. */
export interface Claimed {
  readonly id: string;
  readonly channelId: number;
  readonly settings: NotificationTarget;
  readonly sealedSecret: Buffer | null;
  /** This one included. */
  readonly attempts: number;
  readonly at: Date;
  readonly event: NotificationEvent;
  readonly recovered: boolean;
  readonly title: string;
  readonly text: string;
  readonly host: string | null;
  readonly link: string | null;
  readonly since: Date;
  readonly keptQuiet: number;
  readonly ageSeconds: number;
}

const mayBeTold = `channel.enabled AND (channel.paused_until IS NULL OR channel.paused_until <= now())`;

/** The waiting messages, as rows. Replicas share them by claims that run out. */
@Injectable()
export class DeliveryQueue {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Channels that have something to send now. */
  async dueChannels(): Promise<number[]> {
    const rows = await this.dataSource.query<{ id: number }[]>(
      `SELECT channel.id FROM notification_channels channel
       WHERE ${mayBeTold} AND EXISTS (
         SELECT FROM notification_deliveries delivery WHERE delivery.channel_id = channel.id AND delivery.state = 'waiting'
           AND delivery.next_attempt_at <= now() AND (delivery.claimed_until IS NULL OR delivery.claimed_until <= now())
       )`,
    );
    return rows.map(({ id }) => id);
  }

  /**
   * The oldest message that is due on a channel, counted as an attempt before it is one. With a message's id that one, unless
   * it has arrived or is on its way: due or not, and also when it was given up.
   */
  async claim(channelId: number, id?: string): Promise<Claimed | undefined> {
    const [rows] = await this.dataSource.query<[Claimed[]]>(
      `UPDATE notification_deliveries claimed SET attempts = claimed.attempts + 1, state = 'waiting', ended_at = NULL,
         next_attempt_at = coalesce(claimed.next_attempt_at, now()), claimed_until = now() + make_interval(secs => $2)
       FROM (
         SELECT delivery.id FROM notification_deliveries delivery
         JOIN notification_channels channel ON channel.id = delivery.channel_id
         WHERE delivery.channel_id = $1 AND (delivery.claimed_until IS NULL OR delivery.claimed_until <= now())
           AND CASE WHEN $3::uuid IS NULL THEN delivery.state = 'waiting' AND delivery.next_attempt_at <= now() AND ${mayBeTold}
             ELSE delivery.id = $3 AND delivery.state <> 'delivered' END
         ORDER BY delivery.created_at LIMIT 1 FOR UPDATE OF delivery SKIP LOCKED
       ) due, notification_channels channel, announcements told
       WHERE claimed.id = due.id AND channel.id = claimed.channel_id AND told.id = claimed.announcement_id
       RETURNING claimed.id, channel.id AS "channelId", channel.settings, channel.sealed_secret AS "sealedSecret",
         claimed.attempts, told.at, told.event, told.recovered, told.title, told.text, told.host, told.link,
         claimed.since, claimed.kept_quiet AS "keptQuiet",
         extract(epoch FROM now() - claimed.created_at)::float8 AS "ageSeconds"`,
      [channelId, claimSeconds, id ?? null],
    );
    return rows[0];
  }

  /** Keeps how the attempt went. One whose claim ran out and was taken over is not kept. */
  async settle({ id, channelId, attempts, ageSeconds }: Claimed, result: SendResult): Promise<void> {
    const { delivered, answer, retryAfterSeconds } = result;
    const nextIn = delivered ? undefined : nextAttemptIn({ attempts, ageSeconds }, retryAfterSeconds);
    const state = delivered ? 'delivered' : nextIn === undefined ? 'given_up' : 'waiting';
    await this.dataSource.transaction(async (transaction) => {
      // The channel first, as whoever removes it does.
      await this.keepState(transaction, channelId, result);
      await transaction.query(
        `UPDATE notification_deliveries SET state = $3, answer = $4, claimed_until = NULL,
           next_attempt_at = now() + make_interval(secs => $5::float8), ended_at = CASE WHEN $5::float8 IS NULL THEN now() END
         WHERE id = $1 AND attempts = $2 AND state = 'waiting'`,
        [id, attempts, state, answer, nextIn ?? null],
      );
    });
  }

  /** How the channel stands after an attempt. A pause that the other side asked for holds for all its messages. */
  async keepState(manager: EntityManager, channelId: number, result: SendResult): Promise<void> {
    const { delivered, answer, retryAfterSeconds } = result;
    await manager.query(
      `UPDATE notification_channels SET last_answer = $3,
         last_delivered_at = CASE WHEN $2 THEN now() ELSE last_delivered_at END,
         failing_since = CASE WHEN $2 THEN NULL ELSE coalesce(failing_since, now()) END,
         paused_until = now() + make_interval(secs => $4::float8)
       WHERE id = $1`,
      [
        channelId,
        delivered,
        answer,
        retryAfterSeconds === undefined ? null : Math.min(retryAfterSeconds, mostPauseSeconds),
      ],
    );
  }

  /** Lets a channel's waiting messages go at once: it was changed, or a test has shown that it works. */
  async makeDue(manager: EntityManager, channelId: number): Promise<void> {
    await manager.query(
      `UPDATE notification_deliveries SET next_attempt_at = now() WHERE channel_id = $1 AND state = 'waiting'`,
      [channelId],
    );
    await manager.query(`SELECT pg_notify($1, '')`, [DELIVERIES_CHANNEL]);
  }

  async countWaiting(): Promise<ReadonlyMap<number, number>> {
    const rows = await this.dataSource.query<{ id: number; count: number }[]>(
      `SELECT channel_id AS id, count(*)::integer FROM notification_deliveries WHERE state = 'waiting' GROUP BY 1`,
    );
    return new Map(rows.map(({ id, count }) => [id, count]));
  }
}
