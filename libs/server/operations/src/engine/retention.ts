import { Inject, Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ENGINE_OPTIONS, type EngineOptions } from './engine-options.js';

/** Any key, the same on every replica. */
const retentionLock = 7_251_002;

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

  /** One round. Only one replica at a time does it. */
  async pruneNow(): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      const [lock] = await transaction.query<{ held: boolean }[]>(`SELECT pg_try_advisory_xact_lock($1) AS held`, [
        retentionLock,
      ]);
      if (!lock?.held) return;
      const oldLogs = `kind = 'log' AND at < clock_timestamp() - make_interval(days => ${String(this.options.logRetentionDays)})`;
      const ofOldOperations = `operation_id IN (SELECT id FROM operations
        WHERE completed_at < clock_timestamp() - make_interval(days => ${String(this.options.operationRetentionDays)}))`;
      await transaction.query(
        `WITH removed AS (DELETE FROM operation_events WHERE ${oldLogs} OR ${ofOldOperations} RETURNING connection_id, position),
           newest AS (SELECT connection_id, max(position) AS position FROM removed GROUP BY connection_id)
         UPDATE connection_streams s SET pruned_to = greatest(s.pruned_to, n.position) FROM newest n
         WHERE s.connection_id = n.connection_id`,
      );
      await transaction.query(
        `DELETE FROM operations WHERE completed_at < clock_timestamp() - make_interval(days => $1)`,
        [this.options.operationRetentionDays],
      );
      await transaction.query(
        `DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - interval '24 hours'`,
      );
    });
  }
}
