import type { ClockChange } from '@lockstep/contract';
import type { CronTimes } from './cron-times.js';

const minute = 60_000;
const day = 24 * 60 * minute;
/** Days: a year and a bit, so that both changes of a year are in it. */
const horizon = 380;

interface Change {
  /** The first moment of the new time. */
  readonly at: number;
  /** Minutes east of Greenwich before and after. */
  readonly before: number;
  readonly after: number;
}

/** The next run, within a year, whose time a change of the clocks leaves out or brings twice. */
export function nextClockChange(times: CronTimes, timeZone: string, from: Date): ClockChange | null {
  if (times.isHourly) return null;
  for (const change of changesOf(timeZone, from)) {
    const run = change.after > change.before ? leftOut(times, change) : doubled(times, change);
    if (run) return run;
  }
  return null;
}

/** Runs whose time lies in the gap come together at its end. */
function leftOut(times: CronTimes, { at, before, after }: Change): ClockChange | undefined {
  const run = times.next(new Date(at - 1));
  if (run?.getTime() !== at) return undefined;
  for (let offset = before; offset < after; offset += 1) {
    const wall = new Date(at + offset * minute);
    if (times.hours.has(wall.getUTCHours()) && times.minutes.has(wall.getUTCMinutes()))
      return { kind: 'skipped_hour', runAt: run.toISOString() };
  }
  return undefined;
}

/** What runs in the last stretch of the old time would come again in the first of the new one. */
function doubled(times: CronTimes, { at, before, after }: Change): ClockChange | undefined {
  const run = times.next(new Date(at - (before - after) * minute - 1));
  if (run === null || run.getTime() >= at) return undefined;
  return { kind: 'repeated_hour', runAt: run.toISOString() };
}

function* changesOf(timeZone: string, from: Date): Generator<Change> {
  const offsetAt = offsetsOf(timeZone);
  const start = Math.floor(from.getTime() / minute) * minute;
  for (let low = start; low < start + horizon * day; low += day) {
    const before = offsetAt(low);
    const after = offsetAt(low + day);
    if (before !== after) yield { at: search(low, low + day, (at) => offsetAt(at) !== before), before, after };
  }
}

/** The first minute between two for which it is true, being false for the lower and true for the upper one. */
function search(low: number, high: number, isTrue: (at: number) => boolean): number {
  while (high - low > minute) {
    const middle = low + Math.floor((high - low) / 2 / minute) * minute;
    if (isTrue(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function offsetsOf(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (at) => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign, hours, minutes] = /^GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    if (sign === undefined) return 0;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };
}
