import { linesSince } from './unit-log.js';
import { readTimestamp, readUnits, toLook } from './unit-properties.js';

const block = (more: Record<string, string>): string =>
  Object.entries({ Id: 'a.service', Description: 'A = b', LoadState: 'loaded', ActiveState: 'active', ...more })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

describe('what systemctl shows', () => {
  it('is one look for each unit', () => {
    const [one, other] = readUnits(
      `1763851860\n${block({ SubState: 'running', InvocationID: 'abc' })}\n${block({ Id: 'b.timer' })}`,
    );
    expect(toLook(one ?? new Map())).toMatchObject({
      name: 'a.service',
      description: 'A = b',
      state: 'active',
      subState: 'running',
      invocation: 'abc',
    });
    expect(toLook(other ?? new Map())).toMatchObject({ name: 'b.timer', invocation: '', subState: null });
  });

  it('tells since when it is in its state', () => {
    const times = {
      ActiveEnterTimestamp: 'Sun 2026-11-22 22:50:09 UTC',
      InactiveEnterTimestamp: 'Sun 2026-11-22 23:00:00 UTC',
    };
    const since = (state: string): Date | null =>
      toLook(readUnits(block({ ...times, ActiveState: state }))[0] ?? new Map()).since;
    expect(since('active')).toEqual(new Date('2026-11-22T22:50:09Z'));
    expect(since('failed')).toEqual(new Date('2026-11-22T23:00:00Z'));
    expect(since('activating')).toBeNull();
    expect(readTimestamp('n/a')).toBeNull();
  });

  it('tells a oneshot that ended well from a service that is just not running', () => {
    const finished = (more: Record<string, string>): boolean | undefined =>
      toLook(readUnits(block({ ActiveState: 'inactive', Result: 'success', ...more }))[0] ?? new Map()).finished;
    expect(finished({ Type: 'oneshot' })).toBe(true);
    expect(finished({ Type: 'simple' })).toBe(false);
    expect(finished({ Type: 'oneshot', Result: 'exit-code' })).toBe(false);
    expect(finished({ Type: 'oneshot', ActiveState: 'failed' })).toBe(false);
  });

  it('has words for states that only newer hosts know', () => {
    expect(toLook(readUnits(block({ ActiveState: 'maintenance' }))[0] ?? new Map()).state).toBe('unknown');
    expect(toLook(readUnits(block({ ActiveState: 'refreshing' }))[0] ?? new Map()).state).toBe('reloading');
  });
});

describe('the log of a unit', () => {
  it('begins at a moment of the host’s clock, and keeps lines that go on', () => {
    const text = '1763851800.5 web old[1]: before\n goes on\n1763851860.25 web new[2]: after\n goes on\n';
    expect(linesSince(text, new Date(1_763_851_860_900))).toEqual([
      '2025-11-22T22:51:00.250Z new[2]: after',
      ' goes on',
    ]);
  });
});
