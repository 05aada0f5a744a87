import { renewalBegins } from './renewal-window.js';

const day = 86_400_000;

it.each([
  [90, 60],
  [47, 47 * (2 / 3)],
  [10, 10 * (2 / 3)],
  [9, 4.5],
  [6, 3],
])('renews a certificate of %d days after %d', (lifetime, expected) => {
  const begin = new Date('2026-01-01');
  const days = (renewalBegins(begin, new Date(begin.getTime() + lifetime * day)).getTime() - begin.getTime()) / day;
  expect(days).toBeCloseTo(expected, 6);
});
