import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Announcement, Recovery } from './announcement.js';

/** Told when there is something to deliver. */
export const DELIVERIES_CHANNEL = 'notification_deliveries';

/**
 * Where features say what people should know. Everything is written in the caller's transaction: it is told exactly when
 * that commits, whatever happens to this process afterwards. Announce before the audit entry, which comes last.
 */
@Injectable()
export class Announcements {
  /**
   * Says that something is wrong. Whoever finds the same again just announces it again: a channel is told once, then at most
   * once a day while it lasts. Several replicas that find it at once are one. The trouble's row stays locked until the commit.
   */
  async announce(transaction: EntityManager, announcement: Announcement): Promise<void> {
    const { event, byPerson = false } = announcement;
    await this.tell(transaction, announcement, {
      channels: `SELECT channel.id, channel.enabled FROM notification_channels channel
        WHERE channel.enabled AND $7 = ANY (channel.events) AND (channel.by_persons_too OR NOT $8)
          AND (
            cardinality($3::integer[]) = 0
            OR cardinality(channel.connection_ids) + cardinality(channel.tags) = 0
            OR channel.connection_ids && $3
            OR EXISTS (SELECT FROM connections c WHERE c.id = ANY ($3) AND c.tags && channel.tags)
          )`,
      told: `INSERT INTO notification_troubles AS known (channel_id, subject_key, event, since, told_at, told_by, kept_quiet)
        SELECT id, $2, $7, now(), now(), $1, 0 FROM channel
        ON CONFLICT (channel_id, subject_key, event) DO UPDATE SET
          told_at = CASE WHEN ${isQuiet} THEN known.told_at ELSE now() END,
          told_by = CASE WHEN ${isQuiet} THEN known.told_by ELSE $1 END,
          kept_quiet = known.kept_quiet + CASE WHEN ${isQuiet} THEN 1 ELSE 0 END
        RETURNING channel_id, since, kept_quiet, event, told_by = $1 AS is_told`,
      parameters: [event, byPerson],
      recovered: false,
    });
  }

  /** Says that a trouble is over. Where none was told nothing happens, so it may be called after every success. */
  async recovered(transaction: EntityManager, recovery: Recovery): Promise<void> {
    await this.tell(transaction, recovery, {
      channels: `SELECT channel.id, channel.enabled FROM notification_channels channel
        WHERE channel.id IN (SELECT channel_id FROM notification_troubles WHERE subject_key = $2)`,
      told: `DELETE FROM notification_troubles trouble USING channel
        WHERE trouble.subject_key = $2 AND channel.id = trouble.channel_id
        RETURNING channel_id, since, kept_quiet, event, channel.enabled AS is_told`,
      parameters: [],
      recovered: true,
    });
  }

  /** Those of the subjects that a channel was told of and that are not over: most successes end no trouble. */
  async open(transaction: EntityManager, subjectKeys: readonly string[]): Promise<Set<string>> {
    if (subjectKeys.length === 0) return new Set();
    const rows = await transaction.query<{ key: string }[]>(
      `SELECT DISTINCT subject_key AS key FROM notification_troubles WHERE subject_key = ANY ($1)`,
      [subjectKeys],
    );
    return new Set(rows.map(({ key }) => key));
  }

  /** One message to each channel that is to be told, in one statement. Channels are locked first, as whoever removes one does. */
  private async tell(
    transaction: EntityManager,
    { subjectKey, connectionIds = [], title, text, link }: Recovery,
    { channels, told, parameters, recovered }: Telling,
  ): Promise<void> {
    await transaction.query(
      `WITH channel AS (${channels} ORDER BY channel.id FOR KEY SHARE OF channel),
       told AS (${told}),
       announced AS (
         INSERT INTO announcements (id, event, recovered, title, text, host, link)
         SELECT $1, min(event), ${String(recovered)}, $4, $5, (${namesOfConnections}), $6
         FROM told WHERE is_told HAVING count(*) > 0
       ),
       delivery AS (
         INSERT INTO notification_deliveries (channel_id, announcement_id, since, kept_quiet)
         SELECT channel_id, $1, min(since), sum(kept_quiet) FROM told WHERE is_told GROUP BY channel_id
         RETURNING 1
       )
       SELECT pg_notify('${DELIVERIES_CHANNEL}', '') FROM delivery LIMIT 1`,
      [randomUUID(), subjectKey, connectionIds, title, text, link ?? null, ...parameters],
    );
  }
}

interface Telling {
  /** Statements: the channels that come into question, and the troubles that are changed, with whether they are told. */
  readonly channels: string;
  readonly told: string;
  readonly parameters: readonly unknown[];
  readonly recovered: boolean;
}

/** Of a trouble that is known: it was told less than a day ago. */
const isQuiet = `known.told_at > now() - interval '1 day'`;

const namesOfConnections = `SELECT left(string_agg(name, ', ' ORDER BY name), 200) FROM connections WHERE id = ANY ($3)`;
