import { Inject, Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { ENGINE_OPTIONS, type EngineOptions } from './engine-options.js';

/** Any key, the same on every replica. */
const retentionLock = 7_251_002;
/** Of one transaction. */
const eventsAtOnce = 2_000;
const operationsAtOnce = 200;

/**
 * Removes ended operations after OPERATION_RETENTION_DAYS and log lines after LOG_RETENTION_DAYS. The stream remembers how far
 * it was pruned, so that an older cursor gets a snapshot with `reset`.
 */
@Injectable()
export class Retention {
  private readonly logger = new Logger('Retention');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(ENGINE_OPTIONS) private readonly options: EngineOptions,
  ) {}

  @Cron(CronExpression.EVERY_HOUR)
  async prune(): Promise<void> {
    if (this.options.workers === 0) return;
    try {
      await this.pruneNow();
    } catch (error) {
      this.logger.error(error);
    }
  }

  /** Removes all that is old, portion by portion, so that nobody waits for long for a stream that is being pruned. */
  async pruneNow(): Promise<{ logs: number; operations: number }> {
    const logs = await this.untilDone((transaction) => this.pruneLogs(transaction));
    const operations = await this.untilDone((transaction) => this.pruneOperations(transaction));
    await this.dataSource.query(`DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'`);
    return { logs, operations };
  }

  /** Only one replica at a time removes a portion; one that comes in between ends its round. */
  private async untilDone(prune: (transaction: EntityManager) => Promise<number>): Promise<number> {
    for (let total = 0; ;) {
      const count = await this.dataSource.transaction(async (transaction) => {
        const [lock] = await transaction.query<{ held: boolean }[]>(`SELECT pg_try_advisory_xact_lock($1) AS held`, [
          retentionLock,
        ]);
        return lock?.held ? prune(transaction) : 0;
      });
      if (count === 0) return total;
      total += count;
    }
  }

  private async pruneLogs(transaction: EntityManager): Promise<number> {
    return this.removeEvents(
      transaction,
      `(connection_id, position) IN (SELECT connection_id, position FROM operation_events
         WHERE kind = 'log' AND at < now() - make_interval(days => $1) ORDER BY at LIMIT ${String(eventsAtOnce)})`,
      this.options.logRetentionDays,
    );
  }

  private async pruneOperations(transaction: EntityManager): Promise<number> {
    const old = await transaction.query<{ id: string }[]>(
      `SELECT id FROM operations WHERE completed_at < now() - make_interval(days => $1)
       ORDER BY completed_at LIMIT ${String(operationsAtOnce)}`,
      [this.options.operationRetentionDays],
    );
    const ids = old.map(({ id }) => id);
    await this.removeEvents(transaction, `operation_id = ANY($1)`, ids);
    await transaction.query(`DELETE FROM operations WHERE id = ANY($1)`, [ids]);
    return ids.length;
  }

  /** Answers how many there were. Streams are locked in the order of connections, as everywhere. */
  private async removeEvents(transaction: EntityManager, which: string, parameter: unknown): Promise<number> {
    const removed = await transaction.query<{ id: number; newest: string; count: number }[]>(
      `WITH removed AS (DELETE FROM operation_events WHERE ${which} RETURNING connection_id, position)
       SELECT connection_id AS id, max(position) AS newest, count(*)::integer FROM removed GROUP BY connection_id ORDER BY 1`,
      [parameter],
    );
    const ids = removed.map(({ id }) => id);
    await transaction.query(
      `SELECT FROM connection_streams WHERE connection_id = ANY($1) ORDER BY connection_id FOR UPDATE`,
      [ids],
    );
    await transaction.query(
      `UPDATE connection_streams s SET pruned_to = greatest(s.pruned_to, pruned.newest)
       FROM unnest($1::integer[], $2::bigint[]) AS pruned (id, newest) WHERE s.connection_id = pruned.id`,
      [ids, removed.map(({ newest }) => newest)],
    );
    return removed.reduce((total, { count }) => total + count, 0);
  }
}
