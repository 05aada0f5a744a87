import { Cron } from 'croner';
import { ProblemException } from '@lockstep/server-http';

/** Times that a late run counts one by one; beyond, the number that it tells means «at least». */
const mostCounted = 1_000;

/** What is due: the slot that is run, how many before it are not made up for, and the slot that comes next. */
export interface Due {
  readonly slot: Date;
  readonly missed: number;
  readonly next: Date | null;
}

/**
 * The times of a cron expression in a time zone. Croner computes them, after the manner of Vixie cron: a fixed time that a
 * change of the clocks leaves out runs right after it, one that comes twice runs the first time. Croner takes a field with a
 * step or a wildcard for an interval, which would skip and double; so where the hour is not «every hour», minutes and hours
 * are written out for it as lists.
 */
export class CronTimes {
  /** Whether it runs in each hour: then it goes by the time that really passes, and no change of the clocks moves it. */
  readonly isHourly: boolean;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  private readonly cron: Cron;

  /** @throws {ProblemException} VALIDATION_FAILED, naming `cron` or `timeZone` below `where` */
  constructor(expression: string, timeZone: string, where = 'body') {
    assertZone(timeZone, `${where}.timeZone`);
    try {
      const [minute = '', hour = '', ...days] = readFields(expression);
      this.minutes = expand(minute, 59);
      this.hours = expand(hour, 23);
      this.isHourly = this.hours.size === 24;
      const time = this.isHourly ? [minute, '*'] : [listOf(this.minutes), listOf(this.hours)];
      this.cron = new Cron([...time, ...days].join(' '), { timezone: timeZone, ...croner });
    } catch (error) {
      throw refusal(`${where}.cron`, error instanceof Error ? error.message.replace(/^\w+: /, '') : String(error));
    }
  }

  /** The first one after a moment; null where none comes any more. */
  next(after: Date): Date | null {
    return this.cron.nextRun(after);
  }

  upcoming(count: number, after: Date): Date[] {
    return this.cron.nextRuns(count, after);
  }

  /** What to run at `now` when `since` was the next one: the latest that is due, and only that. */
  due(since: Date, now: Date): Due {
    let slot = since;
    let missed = 0;
    for (let next = this.next(slot); next !== null && next <= now && missed < mostCounted; next = this.next(slot)) {
      slot = next;
      missed += 1;
    }
    return { slot, missed, next: this.next(now) };
  }
}

const croner = { mode: '5-part', fixedTimeRule: 'no-wildcard' } as const;

function readFields(expression: string): string[] {
  const fields = expression.trim().split(/\s+/);
  if (!fields.every((field) => /^[\da-z*,/#-]+$/i.test(field))) throw new Error('only letters, digits and * , - / #');
  // Croner says what is wrong with the fields as they were written.
  new Cron(fields.join(' '), croner);
  return fields;
}

/** The numbers of a field that croner has accepted. */
function expand(field: string, last: number): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [from = '', to = range.includes('-') ? '' : from] = range === '*' ? ['0', String(last)] : range.split('-');
    for (let number = Number(from); number <= Number(to); number += Number(step)) numbers.add(number);
  }
  return numbers;
}

const listOf = (numbers: ReadonlySet<number>): string => [...numbers].sort((one, other) => one - other).join(',');

function assertZone(timeZone: string, path: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw refusal(path, `${timeZone} is no time zone; write one as Europe/Berlin`);
  }
}

const refusal = (path: string, message: string): ProblemException =>
  new ProblemException('VALIDATION_FAILED', `${path}: ${message}`, { errors: [{ path, message }] });
