import { generateSshKey, startSshd, waitUntil } from '@lockstep/server-testing';
import { asRoot, failureOf, open, targetOf, useSshd } from './ssh-support.js';

describe('a login', () => {
  const host = useSshd();

  it('with a wrong key: exactly one attempt', async () => {
    const attempts = await host.sshd.loginAttempts();
    const { privateKey } = await generateSshKey();
    const failure = await failureOf(
      open(targetOf(host.sshd, { credential: () => ({ kind: 'private_key', privateKey }) })),
    );
    expect(failure).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    await waitUntil('the end is logged', async () =>
      (await host.sshd.log()).trimEnd().endsWith('[preauth]') ? true : undefined,
    );
    expect((await host.sshd.loginAttempts()) - attempts).toBe(1);
  });

  it('with a wrong RSA key: exactly one attempt as well', async () => {
    const attempts = await host.sshd.loginAttempts();
    const { privateKey } = await generateSshKey({ type: 'rsa', format: 'PEM' });
    await failureOf(open(targetOf(host.sshd, { credential: () => ({ kind: 'private_key', privateKey }) })));
    await waitUntil('the end is logged', async () =>
      (await host.sshd.log()).trimEnd().endsWith('[preauth]') ? true : undefined,
    );
    expect((await host.sshd.loginAttempts()) - attempts).toBe(1);
  });

  asRoot('with the password', async () => {
    await host.openKept(
      targetOf(host.sshd, { credential: () => ({ kind: 'password', password: host.sshd.user.password ?? '' }) }),
    );
  });

  asRoot('with a wrong password: exactly one attempt', async () => {
    const attempts = await host.sshd.loginAttempts();
    const failure = await failureOf(
      open(targetOf(host.sshd, { credential: () => ({ kind: 'password', password: 'wrong' }) })),
    );
    expect(failure).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: `The host refused the password of ${host.sshd.username}.`,
    });
    await waitUntil('the end is logged', async () =>
      (await host.sshd.log()).trimEnd().endsWith('[preauth]') ? true : undefined,
    );
    expect((await host.sshd.loginAttempts()) - attempts).toBe(1);
  });

  asRoot('where the host asks for the password by keyboard-interactive, right and wrong', async () => {
    const pam = await startSshd({
      user: host.sshd.user,
      config: ['UsePAM yes', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes'],
    });
    (
      await open(targetOf(pam, { credential: () => ({ kind: 'password', password: host.sshd.user.password ?? '' }) }))
    ).destroy();
    const attempts = await pam.loginAttempts();
    const failure = await failureOf(
      open(targetOf(pam, { credential: () => ({ kind: 'password', password: 'wrong' }) })),
    );
    const later = await waitUntil('the attempt is logged', async () =>
      (await pam.loginAttempts()) > attempts ? pam.loginAttempts() : undefined,
    );
    await pam.stop();
    expect(failure.code).toBe('AUTHENTICATION_FAILED');
    expect(later - attempts).toBe(1);
  });

  it('says what the host takes when it does not take this kind of credential', async () => {
    const keysOnly = await startSshd({ user: host.sshd.user, config: ['PasswordAuthentication no'] });
    const failure = await failureOf(
      open(targetOf(keysOnly, { credential: () => ({ kind: 'password', password: 'x' }) })),
    );
    expect(failure.message).toBe(`The host does not take a password for ${host.sshd.username}; it offers publickey.`);
    expect(await keysOnly.loginAttempts()).toBe(0);
    await keysOnly.stop();
  });

  asRoot('says so when the host wants a second factor', async () => {
    const two = await startSshd({ user: host.sshd.user, config: ['AuthenticationMethods publickey,password'] });
    const failure = await failureOf(open(targetOf(two)));
    await two.stop();
    expect(failure).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: 'The host took the private key but asks for another factor: password.',
    });
  });

  it('without a credential, or with one that cannot be read, does not bother the host', async () => {
    const attempts = await host.sshd.loginAttempts();
    expect(await failureOf(open(targetOf(host.sshd, { credential: () => null })))).toMatchObject({
      code: 'CREDENTIAL_MISSING',
    });
    const garbled = { kind: 'private_key', privateKey: 'garbled' } as const;
    expect(await failureOf(open(targetOf(host.sshd, { credential: () => garbled })))).toMatchObject({
      code: 'CREDENTIAL_UNREADABLE',
    });
    expect(await host.sshd.loginAttempts()).toBe(attempts);
  });
});
