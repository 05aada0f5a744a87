import type { Connection, HostKeys } from '@lockstep/contract';
import { type LockstepServer, runsAsRoot, type Sshd, startLockstep, startSshd } from '@lockstep/server-testing';
import { endAll } from './support/end-all.js';
import { administratorOf, type ApiClient } from './support/api-client.js';

describe('the identity of a host', () => {
  let server: LockstepServer;
  let sshd: Sshd;
  let administrator: ApiClient;

  beforeAll(async () => {
    [server, sshd] = await Promise.all([startLockstep(), startSshd()]);
    administrator = await administratorOf(server.url);
  }, 60_000);
  afterAll(() => endAll(server, sshd), 60_000);

  const connect = (
    name: string,
    more: { password?: string; hostKeyFingerprint?: string } = {},
  ): Promise<Connection> => {
    const { password, hostKeyFingerprint } = more;
    const credential =
      password === undefined
        ? { kind: 'private_key' as const, privateKey: sshd.user.privateKey }
        : { kind: 'password' as const, password };
    return administrator.createConnection({
      name,
      port: sshd.port,
      username: sshd.username,
      credential,
      ...(hostKeyFingerprint !== undefined && { hostKeyFingerprint }),
    });
  };
  const keysOf = (id: number): Promise<HostKeys> => administrator.must('GET', `/connections/${String(id)}/host-keys`);

  test('an unknown host key waits for a person; once approved, the test logs in; a changed one is refused before any login', async () => {
    const { id } = await connect('pinned');
    const unknown = await administrator.tested(id);
    expect(unknown).toMatchObject({ status: 'failed', errorCode: 'HOST_KEY_UNKNOWN', effect: 'none' });
    expect(unknown.error).toContain(sshd.hostKeyFingerprint);
    expect(await sshd.loginAttempts()).toBe(0);

    const { pending } = await keysOf(id);
    expect(pending.map(({ fingerprint }) => fingerprint)).toEqual([sshd.hostKeyFingerprint]);
    await administrator.must('POST', `/connections/${String(id)}/host-keys/accept`, {
      body: { fingerprint: sshd.hostKeyFingerprint },
    });
    const good = await administrator.tested(id);
    expect(good).toMatchObject({ status: 'completed', progress: 100, effect: 'none', errorCode: null });
    expect(good.steps.map(({ name, status }) => `${name} ${status}`)).toEqual(
      ['resolve', 'connect', 'host_key', 'authenticate', 'probe', 'sftp'].map((name) => `${name} completed`),
    );
    expect(await sshd.loginAttempts()).toBe(1);

    const before = sshd.hostKeyFingerprint;
    await sshd.changeHostKey();
    const changed = await administrator.tested(id);
    expect(changed).toMatchObject({ status: 'failed', errorCode: 'HOST_KEY_CHANGED', effect: 'none' });
    expect(changed.error).toContain(before);
    expect(changed.error).toContain(sshd.hostKeyFingerprint);
    expect(changed.metadata).toMatchObject({
      offeredHostKey: { fingerprint: sshd.hostKeyFingerprint },
      approvedHostKeys: [expect.objectContaining({ fingerprint: before })],
    });
    expect(await sshd.loginAttempts()).toBe(1);
    expect(await administrator.must('GET', `/connections/${String(id)}`)).toMatchObject({ hostKeyState: 'changed' });
  }, 60_000);

  test('a fingerprint that nobody was shown cannot be approved', async () => {
    const { id } = await connect('unseen');
    const fingerprint = `SHA256:${'A'.repeat(43)}`;
    const refused = await administrator.post(`/connections/${String(id)}/host-keys/accept`, { fingerprint });
    expect([refused.status, refused.body.code]).toEqual([422, 'HOST_KEY_NOT_SEEN']);
  });

  (runsAsRoot ? test : test.skip)('a wrong password is tried exactly once, and never again by itself', async () => {
    const before = await sshd.loginAttempts();
    const { id } = await connect('wrong password', {
      password: 'not the password',
      hostKeyFingerprint: sshd.hostKeyFingerprint,
    });
    const refused = await administrator.tested(id);
    expect(refused).toMatchObject({ status: 'failed', errorCode: 'AUTHENTICATION_FAILED', effect: 'none' });
    expect((await sshd.loginAttempts()) - before).toBe(1);
    expect(JSON.stringify(refused)).not.toContain('not the password');
  });
});
