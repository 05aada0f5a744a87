import type { Problem } from '@lockstep/contract';
import { type Sshd, type TestDatabase, createTestDatabase, startSshd } from '@lockstep/server-testing';
import { ConnectionsServer } from './connections-server.js';

describe('the host key', () => {
  let database: TestDatabase;
  let server: ConnectionsServer;
  let sshd: Sshd;

  beforeAll(async () => {
    [database, sshd] = await Promise.all([createTestDatabase(), startSshd()]);
    server = await ConnectionsServer.start(database.url);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([sshd.stop(), database.drop()]);
  });

  it('waits for approval at first, without any login tried; then its approval lets the test through', async () => {
    const attempts = await sshd.loginAttempts();
    const { id } = await server.addSshd('unapproved', sshd, { hostKeyFingerprint: undefined });
    const operation = await server.test(id);
    expect(operation).toMatchObject({
      status: 'failed',
      errorCode: 'HOST_KEY_UNKNOWN',
      effect: 'none',
      metadata: {
        offeredHostKey: { algorithm: 'ssh-ed25519', fingerprint: sshd.hostKeyFingerprint },
        approvedHostKeys: [],
      },
    });
    expect(operation.steps.find(({ status }) => status === 'failed')?.name).toBe('host_key');
    expect(await sshd.loginAttempts()).toBe(attempts);
    expect(await server.hostKeys(id)).toMatchObject({
      pending: [{ fingerprint: sshd.hostKeyFingerprint, acceptedAt: null, acceptedBy: null }],
      accepted: [],
    });
    expect((await server.call(`GET /connections/${String(id)}`)).body).toMatchObject({ hostKeyState: 'pending' });

    const accept = (fingerprint: string) =>
      server.call<Problem>(`POST /connections/${String(id)}/host-keys/accept`, { fingerprint });
    expect((await accept(`SHA256:${'x'.repeat(43)}`)).body).toMatchObject({ status: 422, code: 'HOST_KEY_NOT_SEEN' });
    expect(await accept(sshd.hostKeyFingerprint)).toMatchObject({
      status: 200,
      body: { pending: [], accepted: [{ acceptedBy: 'ada' }] },
    });
    expect((await accept(sshd.hostKeyFingerprint)).status).toBe(200);
    expect(
      (await server.audited('host_key.accepted')).filter(({ subject }) => subject === `connection:${String(id)}`),
    ).toHaveLength(1);
    expect(await server.test(id)).toMatchObject({ status: 'completed' });
  });

  it('is refused when it has changed, telling both; its approval replaces the old one', async () => {
    const changing = await startSshd({ user: sshd.user });
    const before = changing.hostKeyFingerprint;
    const { id } = await server.addSshd('replaced', changing);
    await changing.changeHostKey();
    const operation = await server.test(id);
    expect(operation).toMatchObject({
      status: 'failed',
      errorCode: 'HOST_KEY_CHANGED',
      metadata: {
        offeredHostKey: { fingerprint: changing.hostKeyFingerprint },
        approvedHostKeys: [{ fingerprint: before }],
      },
    });
    expect(operation.error).toContain(before);
    expect(operation.error).toContain(changing.hostKeyFingerprint);
    expect(await changing.loginAttempts()).toBe(0);
    expect((await server.call(`GET /connections/${String(id)}`)).body).toMatchObject({ hostKeyState: 'changed' });
    const keys = await server.call(`POST /connections/${String(id)}/host-keys/accept`, {
      fingerprint: changing.hostKeyFingerprint,
    });
    expect(keys.body).toMatchObject({ pending: [], accepted: [{ fingerprint: changing.hostKeyFingerprint }] });
    expect((await server.audited('host_key.accepted')).at(-1)?.detail).toMatchObject({ replaced: [before] });
    expect(await server.test(id)).toMatchObject({ status: 'completed' });
    await changing.stop();
  });

  it('can be refused by a person, and comes again with the next test', async () => {
    const { id } = await server.addSshd('refused', sshd, { hostKeyFingerprint: undefined });
    await server.test(id);
    const answer = await server.call(`POST /connections/${String(id)}/host-keys/refuse`, {
      fingerprint: sshd.hostKeyFingerprint,
    });
    expect(answer).toMatchObject({ status: 200, body: { pending: [], accepted: [] } });
    await server.test(id);
    expect((await server.hostKeys(id)).pending).toHaveLength(1);
  });

  it('that waits is forgotten once the host shows the approved one again', async () => {
    const { id } = await server.addSshd('back', sshd);
    await server.dataSource.query(
      `INSERT INTO host_keys (connection_id, fingerprint, algorithm) VALUES ($1, 'SHA256:other', 'ssh-rsa')`,
      [id],
    );
    await server.test(id);
    expect((await server.call(`GET /connections/${String(id)}`)).body).toMatchObject({ hostKeyState: 'accepted' });
  });

  it('list stays short when a host shows a new key each time', async () => {
    const changing = await startSshd({ user: sshd.user });
    const { id } = await server.addSshd('restless', changing, { hostKeyFingerprint: undefined });
    for (let round = 0; round < 7; round += 1) {
      await server.test(id);
      await changing.changeHostKey();
    }
    await changing.stop();
    expect((await server.hostKeys(id)).pending).toHaveLength(5);
  }, 60_000);
});
