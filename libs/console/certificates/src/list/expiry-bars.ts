import type { ExpiryCount } from '@lockstep/contract';

const weeksAhead = 13;
/** How many certificates make a bar of full height at least, so that a single one does not look like a flood. */
const leastScale = 4;

/** One bar of the chart: what has expired, what expires in a week, or what expires after all of them. */
export interface ExpiryBar extends ExpiryCount {
  readonly kind: 'expired' | 'week' | 'later';
  /** What it says to those who do not see it. */
  readonly title: string;
  readonly count: number;
  /** Of the chart's height, 0 to 1. */
  readonly share: number;
  /** Below a week's bar: the day on which it begins, and its month where that is another than before. */
  readonly day: string;
  readonly month: string;
}

/**
 * The moment itself and the thirteen Mondays after it, by the calendar of the browser: a week has seven days of its own also
 * where the clocks change. `now` in milliseconds since 1970.
 */
export function weekBoundaries(now: number): string[] {
  const today = new Date(now);
  const toMonday = 7 - ((today.getDay() + 6) % 7);
  const mondays = Array.from({ length: weeksAhead }, (_, week) => daysAfter(today, toMonday + 7 * week).toISOString());
  return [today.toISOString(), ...mondays];
}

/** The bars for what was counted between {@link weekBoundaries}. */
export function barsOf(counts: readonly ExpiryCount[]): ExpiryBar[] {
  const most = Math.max(leastScale, ...counts.map(({ managed, found }) => managed + found));
  let lastMonth = '';
  return counts.map((each) => {
    const kind = each.from === null ? 'expired' : each.before === null ? 'later' : 'week';
    const begins = each.before === null ? new Date(each.from ?? '') : daysAfter(new Date(each.before), -7);
    const month = kind === 'week' ? shortMonth.format(begins) : lastMonth;
    const isNewMonth = month !== lastMonth;
    lastMonth = month;
    const count = each.managed + each.found;
    const title = titleOf(kind, { count, date: longDay.format(begins) }) + foundWords(each);
    const day = kind === 'week' ? String(begins.getDate()) : '';
    return { ...each, kind, title, count, share: count / most, day, month: isNewMonth ? month : '' };
  });
}

/** Whether the list shows what this bar counts. */
export const isChosen = (bar: ExpiryBar, bounds: { from: string | undefined; before: string | undefined }): boolean =>
  (bar.from === null) === (bounds.from === undefined) &&
  (bar.before === null) === (bounds.before === undefined) &&
  (bar.kind !== 'week' || bar.before === bounds.before);

const shortMonth = new Intl.DateTimeFormat(undefined, { month: 'short' });
const longDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });

const daysAfter = (day: Date, days: number): Date => new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);

function titleOf(kind: ExpiryBar['kind'], { count, date }: { count: number; date: string }): string {
  switch (kind) {
    case 'expired':
      return count === 1
        ? $localize`Already expired: 1 certificate`
        : $localize`Already expired: ${count}:COUNT: certificates`;
    case 'later':
      return count === 1
        ? $localize`From ${date}:DATE: on: 1 certificate expires`
        : $localize`From ${date}:DATE: on: ${count}:COUNT: certificates expire`;
    case 'week':
      return count === 1
        ? $localize`Week of ${date}:DATE:: 1 certificate expires`
        : $localize`Week of ${date}:DATE:: ${count}:COUNT: certificates expire`;
  }
}

const foundWords = ({ managed, found }: ExpiryCount): string => {
  if (found === 0) return '';
  return managed === 0 ? $localize`, only found` : $localize`, ${found}:COUNT: of them only found`;
};
