const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const halfDay = 43_200_000;

/** The day, as the browser's language writes it. `time` in ISO 8601. */
export const formatDate = (time: string): string => date.format(Date.parse(time));

/** The time of day where that is enough, else with its day. `now` in milliseconds since 1970. */
export function formatMoment(time: string, now: number): string {
  const at = Date.parse(time);
  return (Math.abs(at - now) < halfDay ? timeOfDay : moment).format(at);
}
