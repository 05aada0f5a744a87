import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Cron, CronExpression, Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import type { DataSource } from 'typeorm';
import { SCHEDULES_OPTIONS, type SchedulesOptions } from '../schedules-options.js';
import { ScheduleRunsService } from './schedule-runs.service.js';

const lookMs = 1_000;
/** Of one look, so that one replica does not hold back what another could begin. */
const mostAtOnce = 50;

/**
 * Looks every second, in each process that works, for schedules whose time has come. The database's clock decides, and the
 * rows say what was done; so a process that was away, or asleep, or without its database, simply looks again.
 */
@Injectable()
export class ScheduleClock implements OnModuleDestroy {
  private readonly logger = new Logger('Schedules');
  private looking: Promise<void> | undefined;
  private stopped = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SCHEDULES_OPTIONS) private readonly options: SchedulesOptions,
    private readonly runs: ScheduleRunsService,
  ) {}

  @Interval(lookMs)
  look(): void {
    if (this.options.workers === 0 || this.stopped) return;
    this.looking ??= this.fireDue().finally(() => (this.looking = undefined));
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    await this.looking;
  }

  /** The records of runs go when their operations go. */
  @Cron(CronExpression.EVERY_HOUR)
  async prune(): Promise<void> {
    if (this.options.workers === 0) return;
    await this.tellFailure(async () => {
      await this.dataSource.query('DELETE FROM schedule_runs WHERE fired_at < now() - make_interval(days => $1)', [
        this.options.operationRetentionDays,
      ]);
    });
  }

  /** One after the other; one that cannot be fired now is tried again at the next look, and keeps no other one back. */
  private async fireDue(): Promise<void> {
    await this.tellFailure(async () => {
      const due = await this.dataSource.query<{ id: number }[]>(
        `SELECT id FROM schedules WHERE next_run <= clock_timestamp() ORDER BY next_run LIMIT ${String(mostAtOnce)}`,
      );
      for (const { id } of due) if (!this.stopped) await this.tellFailure(() => this.runs.fire(id));
    });
  }

  private async tellFailure(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    }
  }
}
