import { nextClockChange } from './clock-changes.js';
import { CronTimes } from './cron-times.js';

const change = (cron: string, timeZone: string, from: string) => {
  const found = nextClockChange(new CronTimes(cron, timeZone), timeZone, new Date(from));
  return found && `${found.kind} ${found.runAt}`;
};

describe('the next run that a change of the clocks moves', () => {
  it('is the one whose hour is left out, in spring', () => {
    expect(change('30 2 * * *', 'Europe/Berlin', '2025-12-01T12:34:56Z')).toBe('skipped_hour 2026-03-29T01:00:00.000Z');
  });

  it('is the one whose hour comes twice, in autumn', () => {
    expect(change('30 2 * * *', 'Europe/Berlin', '2026-04-01T00:00Z')).toBe('repeated_hour 2026-10-25T00:30:00.000Z');
  });

  it('is none outside those hours, on other days, every hour, and where the clocks never change', () => {
    expect(change('0 3 * * *', 'Europe/Berlin', '2025-12-01T00:00Z')).toBeNull();
    expect(change('30 2 * * MON', 'Europe/Berlin', '2025-12-01T00:00Z')).toBeNull();
    expect(change('30 * * * *', 'Europe/Berlin', '2025-12-01T00:00Z')).toBeNull();
    expect(change('30 2 * * *', 'Asia/Tokyo', '2025-12-01T00:00Z')).toBeNull();
  });

  it('is found where the clocks move by half an hour', () => {
    expect(change('15 2 * * *', 'Australia/Lord_Howe', '2026-06-01T00:00Z')).toBe(
      'skipped_hour 2026-10-03T15:30:00.000Z',
    );
    expect(change('45 1 * * *', 'Australia/Lord_Howe', '2026-01-01T00:00Z')).toBe(
      'repeated_hour 2026-04-04T14:45:00.000Z',
    );
  });

  it('tells a run at the end of the gap from one that was moved there', () => {
    expect(change('0 3 * * *', 'Europe/Berlin', '2026-03-01T00:00Z')).toBeNull();
    expect(change('0 2,3 * * *', 'Europe/Berlin', '2026-03-01T00:00Z')).toBe('skipped_hour 2026-03-29T01:00:00.000Z');
  });
});
