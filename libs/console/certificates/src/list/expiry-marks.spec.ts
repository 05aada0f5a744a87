import { layOut } from './expiry-marks';

const now = Date.parse('2026-11-22T00:00:00Z');
const never = { id: '0', name: 'shop', link: [], notAfter: null, renewAt: null };
const expiring = (days: number, id = 1) => ({
  ...never,
  id: String(id),
  notAfter: new Date(now + days * 86_400_000).toISOString(),
});

describe('the strip of expiries', () => {
  it('reaches as far as the last expiry asks for', () => {
    expect(layOut([expiring(9)], now).ticks.map(({ days }) => days)).toEqual([0, 7, 14]);
    expect(layOut([expiring(9), expiring(80)], now).ticks.map(({ days }) => days)).toEqual([0, 30, 60, 90]);
    expect(layOut([expiring(3_000)], now).stacks[0]?.place).toBeGreaterThan(98);
  });

  it('sets apart what has expired and leaves out what was never issued', () => {
    const strip = layOut([expiring(-1), expiring(10), never], now);
    expect(strip.expired.marks).toHaveLength(1);
    expect(strip.stacks).toHaveLength(1);
    expect([strip.within(7), strip.within(30)]).toEqual([0, 1]);
  });

  it('counts what stands too high', () => {
    const strip = layOut(
      Array.from({ length: 12 }, (_, id) => expiring(10, id)),
      now,
    );
    expect(strip.stacks).toMatchObject([{ more: 7, marks: { length: 5 } }]);
  });
});
