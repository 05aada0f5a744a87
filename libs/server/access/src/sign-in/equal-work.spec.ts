import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import * as hashes from './password-hash.js';
import type { SessionsService } from '../sessions/sessions.service.js';
import type { AuditService } from '../audit/audit.service.js';
import type { ThrottleService } from './throttle.service.js';

const verifyPassword = jest.fn(hashes.verifyPassword);
jest.unstable_mockModule('./password-hash.js', () => ({ ...hashes, verifyPassword }));
const { SignInService } = await import('./sign-in.service.js');

/** Version, cost and lengths: what the time of a check depends on. */
const workOf = (hash: string): string =>
  hash.replace(/[^$]+\$[^$]+$/, (ends) =>
    ends
      .split('$')
      .map(({ length }) => length)
      .join('$'),
  );

/** What a wrong password costs, by the user that is found. */
async function workForWrongPassword(user: { passwordHash: string; disabled: boolean } | null): Promise<string[]> {
  const database = {
    getRepository: () => ({ createQueryBuilder: () => ({ where: () => ({ getOne: () => Promise.resolve(user) }) }) }),
    transaction: (act: (manager: unknown) => Promise<unknown>) => act({}),
  };
  const service = new SignInService(
    database as unknown as DataSource,
    { assertNotBlocked: () => Promise.resolve(), countFailure: () => Promise.resolve() } as unknown as ThrottleService,
    {} as SessionsService,
    { record: () => Promise.resolve() } as unknown as AuditService,
  );
  const attempt = service.signIn({ username: 'ada', password: 'not-the-password' }, '192.0.2.1');
  await expect(attempt).rejects.toMatchObject({ code: 'CREDENTIALS_REFUSED' });
  return verifyPassword.mock.calls.map(([, hash]) => workOf(hash));
}

describe('a refused sign-in', () => {
  afterEach(() => void verifyPassword.mockClear());

  it('does the same work for an unknown user, a disabled one and a wrong password', async () => {
    const passwordHash = await hashes.hashPassword('umbrella-tundra-violin');
    const wrong = await workForWrongPassword({ passwordHash, disabled: false });
    verifyPassword.mockClear();
    const disabled = await workForWrongPassword({ passwordHash, disabled: true });
    verifyPassword.mockClear();
    const unknown = await workForWrongPassword(null);
    expect(wrong).toEqual([workOf(passwordHash)]);
    expect(disabled).toEqual(wrong);
    expect(unknown).toEqual(wrong);
  });
});
