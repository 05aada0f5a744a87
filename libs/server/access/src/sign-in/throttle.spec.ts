import { expect, it } from '@jest/globals';
import { addressKey } from './throttle.service.js';

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::ffff', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('failures from %s are counted for %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});
