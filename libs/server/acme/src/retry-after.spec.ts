import { readRetryAfter } from './retry-after.js';

describe('Retry-After', () => {
  const now = new Date('2026-11-22T12:00:00Z');

  it.each([
    ['120', '2026-11-22T12:02:00.000Z'],
    [' 0 ', '2026-11-22T12:00:00.000Z'],
    ['Sun, 22 Nov 2026 13:00:00 GMT', '2026-11-22T13:00:00.000Z'],
    ['Sat, 21 Nov 2026 13:00:00 GMT', '2026-11-22T12:00:00.000Z'],
    ['99999999999999', '2026-12-23T12:00:00.000Z'],
  ])('"%s" means %s', (header, until) => {
    expect(readRetryAfter(header, now)?.toISOString()).toBe(until);
  });

  it.each([undefined, null, '', 'soon', 12])('%p says nothing', (header) => {
    expect(readRetryAfter(header, now)).toBeUndefined();
  });
});
