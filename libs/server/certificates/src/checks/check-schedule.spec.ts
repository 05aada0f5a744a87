import { type CheckRow, isWanted, newestSlot, nextCheck } from './check-schedule.js';

const hour = 3_600_000;
const at = (time: string): Date => new Date(time);
/** At half past one in UTC, which is in the hour that Berlin skips and the one that it repeats. */
const row: CheckRow = {
  secondOfDay: 5_400,
  madeAt: at('2026-01-01T00:00:00Z'),
  requestedAt: null,
  begunAt: at('2026-03-20T01:30:05Z'),
  claimedUntil: null,
  endedAt: at('2026-03-20T01:30:20Z'),
};

/** Looks every minute, as replicas do, and begins what is wanted. */
function runFor(begin: Date, hours: number): Date[] {
  const runs: Date[] = [];
  let current = { ...row, begunAt: begin, endedAt: begin };
  for (let now = begin.getTime(); now < begin.getTime() + hours * hour; now += 60_000) {
    if (!isWanted(current, new Date(now))) continue;
    runs.push(new Date(now));
    current = { ...current, begunAt: new Date(now), endedAt: new Date(now) };
  }
  return runs;
}

describe('the daily check', () => {
  it('is planned for one moment of each day', () => {
    expect(newestSlot(row, at('2026-03-20T01:29:59Z'))).toEqual(at('2026-03-19T01:30:00Z'));
    expect(newestSlot(row, at('2026-03-20T01:30:00Z'))).toEqual(at('2026-03-20T01:30:00Z'));
    expect(nextCheck(row, at('2026-03-20T12:00:00Z'))).toEqual(at('2026-03-21T01:30:00Z'));
  });

  it.each([
    ['summer time begins', '2026-03-28T12:00:00Z'],
    ['summer time ends', '2026-10-24T12:00:00Z'],
  ])('runs once a day when %s', (_, begin) => {
    expect(runFor(at(begin), 48)).toHaveLength(2);
  });

  it('is caught up once, however many were missed', () => {
    expect(isWanted(row, at('2026-03-25T12:00:00Z'))).toBe(true);
    const caughtUp = { ...row, begunAt: at('2026-03-25T12:00:00Z'), endedAt: at('2026-03-25T12:00:09Z') };
    expect(isWanted(caughtUp, at('2026-03-25T12:01:00Z'))).toBe(false);
  });

  it('is wanted when it was never run, when a person asks, and when whoever ran it is gone', () => {
    const now = at('2026-03-20T12:00:00Z');
    expect(isWanted(row, now)).toBe(false);
    expect(isWanted({ ...row, begunAt: null, endedAt: null }, now)).toBe(true);
    expect(isWanted({ ...row, requestedAt: now }, now)).toBe(true);
    const begun = { ...row, begunAt: at('2026-03-20T11:50:00Z') };
    expect(isWanted({ ...begun, claimedUntil: at('2026-03-20T12:01:00Z') }, now)).toBe(false);
    expect(isWanted({ ...begun, claimedUntil: at('2026-03-20T11:59:00Z') }, now)).toBe(true);
  });
});
