import { formatDuration, formatRelative } from './format-time';

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [2.1, '2 ms'],
    [840, '840 ms'],
    [3_240, '3.2 s'],
    [59_999, '59.9 s'],
    [64_000, '1 min 04 s'],
    [7_500_000, '2 h 05 min'],
  ])('writes %d ms as %s', (duration, words) => {
    expect(formatDuration(duration)).toBe(words);
  });
});

describe('formatRelative', () => {
  it('calls the last seconds just now, and tells past from future', () => {
    const now = Date.parse('2026-11-22T12:00:00Z');
    expect(formatRelative(now - 4_000, now)).toBe('just now');
    expect(formatRelative(now - 3 * 60_000, now)).toMatch(/3 min.* ago/);
    expect(formatRelative(now + 2 * 3_600_000, now)).toMatch(/in 2 h/);
  });
});
