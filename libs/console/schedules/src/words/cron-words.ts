/** A Sunday: weekdays are counted from there, as in cron. */
const sunday = Date.UTC(2026, 10, 22);
const dayMs = 24 * 60 * 60 * 1_000;
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const weekdays = new Intl.DateTimeFormat(undefined, { weekday: 'long', timeZone: 'UTC' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
const list = new Intl.ListFormat(undefined, { type: 'conjunction' });

/**
 * A cron expression in words, for the forms that people write; null for any other, whose fields and next runs must then
 * speak for themselves.
 */
export function describeCron(cron: string): string | null {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.trim().toUpperCase().split(/\s+/);
  if (month !== '*') return null;
  const every = describeInterval(minute, hour);
  if (every !== null) return day === '*' && weekday === '*' ? every : null;
  const times = timesOf(minute, hour);
  if (times === null) return null;
  if (day === '*' && weekday === '*') return $localize`every day at ${times}:TIMES:`;
  if (day === '*') return describeWeekly(weekday, times);
  return weekday === '*' ? describeMonthly(day, times) : null;
}

function describeInterval(minute: string, hour: string): string | null {
  if (hour !== '*') {
    const hours = /^\*\/(\d+)$/.exec(hour)?.[1];
    return hours !== undefined && minute === '0' ? $localize`every ${hours}:COUNT: hours, on the hour` : null;
  }
  if (minute === '*' || minute === '*/1') return $localize`every minute`;
  const minutes = /^\*\/(\d+)$/.exec(minute)?.[1];
  if (minutes !== undefined) return $localize`every ${minutes}:COUNT: minutes`;
  if (minute === '0') return $localize`every hour, on the hour`;
  return /^\d+$/.test(minute) ? $localize`every hour, ${minute}:MINUTES: minutes past` : null;
}

/** At most four, so that a cell can hold them. */
function timesOf(minute: string, hour: string): string | null {
  if (!/^\d+$/.test(minute) || !/^\d+(,\d+){0,3}$/.test(hour)) return null;
  return list.format(hour.split(',').map((each) => clock.format(Date.UTC(2026, 0, 1, Number(each), Number(minute)))));
}

function describeWeekly(weekday: string, times: string): string | null {
  if (weekday === 'MON-FRI' || weekday === '1-5') return $localize`Monday to Friday at ${times}:TIMES:`;
  const nth = /^(\w+)#([1-5])$/.exec(weekday);
  if (nth) {
    const day = dayNumber(nth[1] ?? '');
    return day === null
      ? null
      : $localize`${ordinal(Number(nth[2]))}:ORDINAL: ${dayName(day)}:DAY: of the month at ${times}:TIMES:`;
  }
  const days = weekday.split(',').map(dayNumber);
  if (days.some((day) => day === null)) return null;
  const names = list.format(days.map((day) => dayName(day ?? 0)));
  return $localize`every ${names}:DAYS: at ${times}:TIMES:`;
}

function describeMonthly(day: string, times: string): string | null {
  if (day === 'L') return $localize`on the last day of the month at ${times}:TIMES:`;
  return /^\d+$/.test(day) ? $localize`on day ${day}:DAY: of the month at ${times}:TIMES:` : null;
}

function dayNumber(text: string): number | null {
  if (/^[0-7]$/.test(text)) return Number(text) % 7;
  const place = dayNames.indexOf(text);
  return place < 0 ? null : place;
}

const dayName = (day: number): string => weekdays.format(sunday + day * dayMs);

function ordinal(number: number): string {
  const words = [$localize`first`, $localize`second`, $localize`third`, $localize`fourth`, $localize`fifth`];
  return words[number - 1] ?? '';
}
