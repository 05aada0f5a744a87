import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import { DataSource } from 'typeorm';

/** Forgets messages after 30 days, and troubles of which nothing was heard for 90. */
@Injectable()
export class Upkeep {
  private readonly logger = new Logger('Notifications');

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  @Cron(CronExpression.EVERY_HOUR)
  async prune(): Promise<void> {
    try {
      await this.dataSource.query(`DELETE FROM announcements WHERE at < now() - interval '30 days'`);
      await this.dataSource.query(`DELETE FROM notification_troubles WHERE told_at < now() - interval '90 days'`);
    } catch (error) {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    }
  }
}
