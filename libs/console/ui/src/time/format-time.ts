const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const clockTimeWithSeconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

/** «3 min. ago», «in 2 days». `at` and `now` in milliseconds since 1970. */
export function formatRelative(at: number, now: number): string {
  const difference = at - now;
  const size = Math.abs(difference);
  if (size < 10 * second) return $localize`:A moment that is less than ten seconds away:just now`;
  if (size < minute) return relative.format(Math.round(difference / second), 'second');
  if (size < hour) return relative.format(Math.round(difference / minute), 'minute');
  if (size < day) return relative.format(Math.round(difference / hour), 'hour');
  if (size < 60 * day) return relative.format(Math.round(difference / day), 'day');
  return relative.format(Math.round(difference / (30 * day)), 'month');
}

/** Date, time and zone in full. */
export const formatExact = (at: number): string => exact.format(at);

/** Hours and minutes, as in «Offline since 14:03». */
export const formatClock = (at: number): string => clockTime.format(at);

/** Hours, minutes and seconds, 24 hours, for log lines. */
export const formatClockWithSeconds = (at: number): string => clockTimeWithSeconds.format(at);

/** «840 ms», «3.2 s», «1 min 04 s», «2 h 05 min». `duration` in milliseconds, not negative. */
export function formatDuration(duration: number): string {
  if (duration < second) return `${Math.max(0, Math.round(duration))} ms`;
  if (duration < minute) return `${(Math.floor(duration / 100) / 10).toFixed(1)} s`;
  if (duration < hour) return `${Math.floor(duration / minute)} min ${pad(Math.floor((duration % minute) / second))} s`;
  return `${Math.floor(duration / hour)} h ${pad(Math.floor((duration % hour) / minute))} min`;
}

/** Whole seconds only: for a figure that changes every second. */
export function formatElapsed(duration: number): string {
  if (duration < minute) return `${Math.max(0, Math.floor(duration / second))} s`;
  return formatDuration(duration);
}

const pad = (value: number): string => String(value).padStart(2, '0');
