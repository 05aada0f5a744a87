import { barsOf, isChosen, weekBoundaries } from './expiry-bars';

const wednesday = new Date(2026, 10, 25, 10, 30).getTime();
const none = { managed: 0, found: 0 };

/** As the server answers: before the first moment, from each to the next, from the last on. */
const countsOf = (boundaries: readonly string[], figures: Record<number, { managed: number; found: number }>) =>
  [null, ...boundaries].map((from, index) => ({
    from,
    before: boundaries[index] ?? null,
    ...(figures[index] ?? none),
  }));

describe('the chart of expiries', () => {
  it('asks for now and for the thirteen Mondays after it, each at midnight', () => {
    const [now, ...mondays] = weekBoundaries(wednesday);
    expect(now).toBe(new Date(wednesday).toISOString());
    expect(mondays).toHaveLength(13);
    expect(mondays[0]).toBe(new Date(2026, 10, 30).toISOString());
    expect(mondays[12]).toBe(new Date(2027, 1, 22).toISOString());
    const monday = new Date(2026, 10, 23).getTime();
    expect(weekBoundaries(monday)[1]).toBe(new Date(2026, 10, 30).toISOString());
  });

  it('names each bar, and tells what was only found', () => {
    const figures = {
      0: { managed: 1, found: 0 },
      1: { managed: 2, found: 1 },
      3: { managed: 0, found: 1 },
      14: { managed: 5, found: 3 },
    };
    const bars = barsOf(countsOf(weekBoundaries(wednesday), figures));
    expect(bars).toHaveLength(15);
    expect(bars[0]?.title).toBe('Already expired: 1 certificate');
    expect(bars[1]?.title).toMatch(/^Week of .*23.*: 3 certificates expire, 1 of them only found$/);
    expect(bars[3]?.title).toMatch(/^Week of .*7.*: 1 certificate expires, only found$/);
    expect(bars[14]?.title).toMatch(/^From .*22.* on: 8 certificates expire, 3 of them only found$/);
    expect(bars.map(({ day }) => day).slice(0, 4)).toEqual(['', '23', '30', '7']);
    expect(bars.filter(({ month }) => month !== '').map(({ day }) => day)).toEqual(['23', '7', '4', '1']);
    expect(bars[14]?.share).toBe(1);
    expect(bars[1]?.share).toBeCloseTo(3 / 8);
  });

  it('knows which bar the list is narrowed to', () => {
    const [expired, first, second, ...rest] = barsOf(countsOf(weekBoundaries(wednesday), {}));
    const later = rest.at(-1);
    const chosen = (from: string | undefined, before: string | undefined) =>
      [expired, first, second, later].map((bar) => bar && isChosen(bar, { from, before }));
    // The week that goes on begins at another moment each time one looks.
    expect(chosen('2026-11-23T08:00:00.000Z', first?.before ?? '')).toEqual([false, true, false, false]);
    expect(chosen(undefined, '2026-11-20T08:00:00.000Z')).toEqual([true, false, false, false]);
    expect(chosen(later?.from ?? '', undefined)).toEqual([false, false, false, true]);
    expect(chosen(undefined, undefined)).toEqual([false, false, false, false]);
  });
});
