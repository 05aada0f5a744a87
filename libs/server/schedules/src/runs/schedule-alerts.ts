import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import { Announcements } from '@lockstep/server-notifications';
import type { DataSource, EntityManager } from 'typeorm';
import type { ScheduleEntity } from '../model/schedule.entity.js';
import type { SchedulePlan } from '../plans/schedule-plan.js';

const lookMs = 300_000;
/** Whoever starts again makes up for what was missed within seconds; what is this late is done by nobody. */
const grace = `interval '15 minutes'`;

type Told = Pick<ScheduleEntity, 'id' | 'name' | 'connectionIds'>;

/** Tells people that a schedule did not do its work when its time had come. */
@Injectable()
export class ScheduleAlerts {
  private readonly logger = new Logger('Schedules');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly announcements: Announcements,
  ) {}

  /** For each run of a slot, before it begins: whether it leaves everything out, or does its work again. */
  async tellRun(transaction: EntityManager, schedule: Told, { starts, rolling, skips }: SchedulePlan): Promise<void> {
    const wrong = skips.filter(({ isUsual }) => !isUsual);
    const [first] = wrong;
    if (starts.length === 0 && rolling === null && first) {
      const where = first.connectionName ?? first.certificateName;
      const reason = where === null ? first.reason : `${where}: ${first.reason}`;
      const more = wrong.length === 1 ? '' : ` And ${String(wrong.length - 1)} more were left out.`;
      await this.announce(transaction, schedule, `Its time came and nothing was begun. ${reason}${more}`);
      return;
    }
    const { subjectKey } = about(schedule);
    if ((await this.announcements.open(transaction, [subjectKey])).size === 0) return;
    const words = { title: `the schedule ${schedule.name}`, text: `${schedule.name} runs again.` };
    await this.announcements.recovered(transaction, { ...about(schedule), ...words });
  }

  /** A dead man's switch: every process looks whether any of them still runs schedules, also those that have no workers. */
  @Interval(lookMs)
  async tellOverdue(): Promise<void> {
    try {
      await this.dataSource.transaction(async (transaction) => {
        const overdue = await transaction.query<(Told & { nextRun: Date })[]>(
          `SELECT id, name, connection_ids AS "connectionIds", next_run AS "nextRun" FROM schedules
           WHERE next_run < clock_timestamp() - ${grace} ORDER BY next_run, id LIMIT 100`,
        );
        for (const { nextRun, ...schedule } of overdue) {
          const since = `It was due at ${nextRun.toISOString()} and has not run.`;
          await this.announce(transaction, schedule, `${since} Is there a process with workers?`);
        }
      });
    } catch (error) {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    }
  }

  private announce(transaction: EntityManager, schedule: Told, text: string): Promise<void> {
    const words = { title: `The schedule ${schedule.name} did not run`, text };
    return this.announcements.announce(transaction, { event: 'nothing_ran', ...about(schedule), ...words });
  }
}

const about = ({ id, connectionIds }: Told) => ({
  subjectKey: `schedule:${String(id)}`,
  connectionIds: connectionIds ?? [],
  link: `/schedules/${String(id)}`,
});
