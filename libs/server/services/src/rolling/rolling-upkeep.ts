import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import type { DataSource } from 'typeorm';

/** Removes ended rolling restarts together with the last of their operations, and so after OPERATION_RETENTION_DAYS. */
@Injectable()
export class RollingUpkeep {
  private readonly logger = new Logger('RollingRestarts');

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  @Cron(CronExpression.EVERY_HOUR)
  async prune(): Promise<void> {
    try {
      await this.dataSource.query(
        `DELETE FROM rolling_restarts r WHERE r.completed_at < now() - interval '1 day' AND NOT EXISTS (
           SELECT FROM rolling_restart_targets t JOIN operations o ON o.id = t.operation_id
           WHERE t.rolling_restart_id = r.id)`,
      );
    } catch (error) {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    }
  }
}
