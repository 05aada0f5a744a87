import { describeCron } from './cron-words';

describe('a cron expression in words', () => {
  it.each([
    ['* * * * *', 'every minute'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['0 * * * *', 'every hour, on the hour'],
    ['20 * * * *', 'every hour, 20 minutes past'],
    ['0 */6 * * *', 'every 6 hours, on the hour'],
    ['0 2 * * *', 'every day at 02:00 AM'],
    ['30 2,14 * * *', 'every day at 02:30 AM and 02:30 PM'],
    ['30 3 * * mon', 'every Monday at 03:30 AM'],
    ['30 3 * * 2,7', 'every Tuesday and Sunday at 03:30 AM'],
    ['0 22 * * 1-5', 'Monday to Friday at 10:00 PM'],
    ['0 3 * * TUE#2', 'second Tuesday of the month at 03:00 AM'],
    ['15 4 1 * *', 'on day 1 of the month at 04:15 AM'],
    ['15 4 L * *', 'on the last day of the month at 04:15 AM'],
  ])('%s is «%s»', (cron, words) => expect(describeCron(cron)).toBe(words));

  it('is left to speak for itself where no short sentence is exact', () => {
    for (const cron of ['0 2 13 * FRI', '0 2 * 1 *', '*/7 2 * * *', '0 1-5 * * *', '0 2 1-7 * *', '0 2 * * FRI#L', ''])
      expect(describeCron(cron)).toBeNull();
  });
});
