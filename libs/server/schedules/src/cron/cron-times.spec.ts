import { CronTimes } from './cron-times.js';

const upcoming = (cron: string, timeZone: string, { after, count = 3 }: { after: string; count?: number }): string[] =>
  new CronTimes(cron, timeZone)
    .upcoming(count, new Date(after))
    .map((time) => time.toISOString().replace(':00.000Z', 'Z'));

describe('the times of a cron expression', () => {
  it('are those of its zone, summer and winter', () => {
    expect(upcoming('30 6 * * MON', 'Europe/Berlin', { after: '2026-03-22T00:00Z', count: 2 })).toEqual([
      '2026-03-23T05:30Z',
      '2026-03-30T04:30Z',
    ]);
    expect(upcoming('0 2 * * *', 'Asia/Kathmandu', { after: '2026-01-01T00:00Z', count: 1 })).toEqual([
      '2026-01-01T20:15Z',
    ]);
  });

  it('are met by either of the two day fields when both are given', () => {
    expect(upcoming('0 0 13 * FRI', 'UTC', { after: '2026-02-10T00:00Z' })).toEqual([
      '2026-02-13T00:00Z',
      '2026-02-20T00:00Z',
      '2026-02-27T00:00Z',
    ]);
  });

  it('know the last day of a month and the second Monday', () => {
    expect(upcoming('0 0 L * *', 'UTC', { after: '2028-02-01T00:00Z', count: 1 })).toEqual(['2028-02-29T00:00Z']);
    expect(upcoming('0 0 * * MON#2', 'UTC', { after: '2026-11-01T00:00Z', count: 1 })).toEqual(['2026-11-09T00:00Z']);
  });

  it.each([
    ['* * * * * *', 'requires exactly 5 parts'],
    ['60 * * * *', 'Invalid value for minute: 60'],
    ['*/0 * * * *', 'illegal stepping'],
    ['0 5-1 * * *', 'larger'],
    ['5/15 * * * *', 'stepping with numeric prefix'],
    ['@daily', 'only letters'],
    ['0 0 ? * *', 'only letters'],
    ['a b c d e', 'illegal characters'],
  ])('are refused for %s, with the reason', (cron, reason) => {
    expect(() => new CronTimes(cron, 'UTC')).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        detail: expect.stringContaining(reason) as string,
      }) as Error,
    );
  });

  it('are refused for what is no time zone', () => {
    for (const timeZone of ['Mars/Phobos', 'Europe/Berlim', 'MEZ'])
      expect(() => new CronTimes('0 2 * * *', timeZone)).toThrow('is no time zone');
  });

  it('end where the day never comes', () => {
    expect(new CronTimes('0 0 30 2 *', 'UTC').next(new Date())).toBeNull();
  });
});

/** The clocks of Berlin go from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October. */
describe('on the day on which the clocks go forward', () => {
  const after = '2026-03-28T23:00Z';

  it('a time that does not exist runs once, right after the change', () => {
    expect(upcoming('30 2 * * *', 'Europe/Berlin', { after })).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
      '2026-03-31T00:30Z',
    ]);
  });

  it('several that do not exist run together, once', () => {
    for (const cron of ['0,20,40 2 * * *', '*/20 2 * * *', '* 2 * * *'])
      expect(upcoming(cron, 'Europe/Berlin', { after, count: 2 })).toEqual(['2026-03-29T01:00Z', '2026-03-30T00:00Z']);
  });

  it('every second hour runs in the hour that is left out too', () => {
    expect(upcoming('15 */2 * * *', 'Europe/Berlin', { after })).toEqual([
      '2026-03-28T23:15Z',
      '2026-03-29T01:00Z',
      '2026-03-29T02:15Z',
    ]);
  });

  it('every hour goes by the time that passes', () => {
    for (const cron of ['30 * * * *', '30 */1 * * *', '30 0-23 * * *'])
      expect(upcoming(cron, 'Europe/Berlin', { after })).toEqual([
        '2026-03-28T23:30Z',
        '2026-03-29T00:30Z',
        '2026-03-29T01:30Z',
      ]);
  });

  it('half an hour is left out on Lord Howe Island', () => {
    // 02:00 becomes 02:30.
    expect(upcoming('15 2 * * *', 'Australia/Lord_Howe', { after: '2026-10-03T00:00Z', count: 2 })).toEqual([
      '2026-10-03T15:30Z',
      '2026-10-04T15:15Z',
    ]);
  });
});

describe('on the day on which the clocks go back', () => {
  const after = '2026-10-24T22:00Z';

  it('a time that comes twice runs once, the first time', () => {
    expect(upcoming('30 2 * * *', 'Europe/Berlin', { after, count: 2 })).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
  });

  it('is not run again when asked in between', () => {
    for (const now of ['2026-10-25T00:30Z', '2026-10-25T01:00Z', '2026-10-25T01:29Z'])
      expect(upcoming('30 2 * * *', 'Europe/Berlin', { after: now, count: 1 })).toEqual(['2026-10-26T01:30Z']);
  });

  it('several times of that hour run once each', () => {
    for (const cron of ['0,30 2 * * *', '*/30 2 * * *'])
      expect(upcoming(cron, 'Europe/Berlin', { after })).toEqual([
        '2026-10-25T00:00Z',
        '2026-10-25T00:30Z',
        '2026-10-26T01:00Z',
      ]);
  });

  it('every hour goes by the time that passes', () => {
    expect(upcoming('30 * * * *', 'Europe/Berlin', { after: '2026-10-25T00:00Z' })).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:30Z',
    ]);
  });

  it('half an hour comes twice on Lord Howe Island', () => {
    // 02:00 becomes 01:30.
    expect(upcoming('45 1 * * *', 'Australia/Lord_Howe', { after: '2026-04-04T00:00Z', count: 2 })).toEqual([
      '2026-04-04T14:45Z',
      '2026-04-05T15:15Z',
    ]);
  });
});

describe('what is due', () => {
  const nightly = new CronTimes('0 2 * * *', 'UTC');

  it('is the slot that has come, and nothing was missed', () => {
    const slot = new Date('2026-11-23T02:00Z');
    const due = nightly.due(slot, new Date('2026-11-23T02:00:00.4Z'));
    expect(due).toEqual({ slot, missed: 0, next: new Date('2026-11-24T02:00Z') });
  });

  it('is the latest of those that went by, once', () => {
    const due = nightly.due(new Date('2026-11-20T02:00Z'), new Date('2026-11-23T10:00Z'));
    expect(due).toEqual({ slot: new Date('2026-11-23T02:00Z'), missed: 3, next: new Date('2026-11-24T02:00Z') });
  });

  it('is found soon, however long nothing ran', () => {
    const minutely = new CronTimes('* * * * *', 'Europe/Berlin');
    const now = new Date('2026-11-23T10:00:30Z');
    const due = minutely.due(new Date('2024-11-23T10:00Z'), now);
    expect(due.missed).toBe(1_000);
    expect(due.next).toEqual(new Date('2026-11-23T10:01Z'));
  });
});
