import { describe, expect, it } from '@jest/globals';
import { assertGoodPassword, findPasswordFault } from './password-policy.js';

describe('a password is refused', () => {
  it.each([
    'Password1234',
    'P@ssw0rd1234',
    'password-password',
    'passwordpassword1',
    'welcome-2024!!!',
    'changeme1234',
    'changeMEplease',
    'letmein123456',
    'iloveyou1234',
    'administrator',
    'Administrator1',
    'qwertyuiop12',
    'qwertyuiop[]',
    'asdfghjkl123',
    '1q2w3e4r5t6y',
    '123456789012',
    '012345678901',
    '111111111111',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    'abcdefghijkl',
    'lkjihgfedcba',
    '000000000000000',
    'correct horse battery staple',
    'CorrectHorseBatteryStaple1',
    'Summer2024!!',
    'lockstep1234',
    'LockstepAdmin1',
    'root-root-root',
    'admin@1234567',
    '20240101-20240131',
    'trustno1trustno1',
    'Th1sIsMyP4ssw0rd',
    'maytheforcebewithyou',
  ])('for being known to everyone: %s', (password) => {
    expect(findPasswordFault(password, 'ada')).toBeDefined();
  });

  it.each([
    ['lovelace-1815', 'lovelace'],
    ['Lovelace123456', 'lovelace'],
    ['lovelacelovelace', 'Lovelace'],
    ['jane.doe.2024!', 'jane.doe@example.org'],
    ['doejanepassword', 'jane.doe'],
  ])('for being made of the user name: %s of %s', (password, username) => {
    expect(findPasswordFault(password, username)).toMatch(/easy to guess/);
  });
});

describe('a password is taken', () => {
  it.each([
    'umbrella-tundra-violin',
    'walrus cement opal',
    'Xk29fqTm41Zp',
    'ada likes violet turnips',
    'vT$8k!q2#Lm9',
    'пароль из пяти слов',
    '雨の日の散歩と紅茶の時間',
    'maintenance-walrus-3',
  ])('when it is not easy to guess: %s', (password) => {
    expect(findPasswordFault(password, 'ada')).toBeUndefined();
  });

  it('although the user name is one letter', () => {
    expect(findPasswordFault('walrus cement opal', 'a')).toBeUndefined();
  });
});

it('answers a refused password as a fault of its field', () => {
  expect(() => assertGoodPassword('password1234', 'ada')).toThrow(
    expect.objectContaining({
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'body.password', message: expect.stringContaining('easy to guess') }],
    }),
  );
});

it('decides about a long one made to be slow', () => {
  expect(findPasswordFault('a1'.repeat(100), 'a')).toBeDefined();
  expect(findPasswordFault(`${'ab'.repeat(99)}xy`, 'ab')).toBeDefined();
});
