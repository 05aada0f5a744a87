import type { Operation, Problem, StartAnswer, TestManyAnswer } from '@lockstep/contract';
import {
  type Sshd,
  type TestDatabase,
  createTestDatabase,
  generateSshKey,
  runsAsRoot,
  startSshd,
  waitUntil,
} from '@lockstep/server-testing';
import { ConnectionsServer } from './connections-server.js';

const stepNames = ['resolve', 'connect', 'host_key', 'authenticate', 'probe', 'sftp'];
const asRoot = runsAsRoot ? it : it.skip;

describe('ssh_test', () => {
  let database: TestDatabase;
  let server: ConnectionsServer;
  let sshd: Sshd;

  beforeAll(async () => {
    [database, sshd] = await Promise.all([createTestDatabase(), startSshd()]);
    server = await ConnectionsServer.start(database.url, { stepDeadlineMs: 2_000 });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([sshd.stop(), database.drop()]);
  });
  afterEach(() => sshd.thaw());

  const stepsOf = (operation: Operation): Record<string, string> =>
    Object.fromEntries(operation.steps.map(({ name, status }) => [name, status]));
  /** `completed` up to the failed one, and none begun after it. */
  const failedAt = (step: string): Record<string, string> => {
    const at = stepNames.indexOf(step);
    return Object.fromEntries(
      stepNames.map((name, index) => [name, index < at ? 'completed' : index === at ? 'failed' : 'skipped']),
    );
  };

  it('goes through its six steps and tells what it found', async () => {
    const { id } = await server.addSshd('healthy', sshd);
    const operation = await server.test(id);
    expect(operation).toMatchObject({
      status: 'completed',
      progress: 100,
      effect: 'none',
      error: null,
      createdBy: 'user',
      actor: { name: 'ada' },
    });
    expect(operation.message).toMatch(/^healthy can be reached; tested in [\d.]+ s$/);
    expect(stepsOf(operation)).toEqual(Object.fromEntries(stepNames.map((name) => [name, 'completed'])));
    for (const { message } of operation.steps) expect(message).toEqual(expect.stringMatching(/./));
    expect(operation.metadata).toMatchObject({
      addresses: ['127.0.0.1'],
      address: '127.0.0.1',
      connectMs: expect.any(Number),
      keyExchangeMs: expect.any(Number),
      loginMs: expect.any(Number),
      serverSoftware: expect.stringMatching(/^OpenSSH_/),
      fingerprint: sshd.hostKeyFingerprint,
      hostKeyType: 'ssh-ed25519',
      loginMethod: 'ssh-ed25519',
      user: sshd.username,
      kernel: expect.stringMatching(/^Linux /),
      os: expect.any(String),
      osId: expect.any(String),
      uptimeSeconds: expect.any(Number),
      sudo: expect.stringMatching(/^(?:not_|root|without)/),
      sftp: true,
      home: expect.stringMatching(/^\//),
      homeWritable: true,
    });
    expect(JSON.stringify(operation)).not.toContain('PRIVATE KEY');
    const { body } = await server.call<{ lastTest: object; hostKeyState: string }>(`GET /connections/${String(id)}`);
    expect(body).toMatchObject({
      hostKeyState: 'accepted',
      lastTest: { operationId: operation.id, status: 'completed', errorCode: null, endedAt: operation.completedAt },
    });
    expect((await server.hostKeys(id)).accepted).toMatchObject([{ algorithm: 'ssh-ed25519', acceptedBy: 'ada' }]);
  });

  asRoot('logs in with a password', async () => {
    const { id } = await server.addSshd('by password', sshd, {
      credential: { kind: 'password', password: sshd.user.password ?? '' },
    });
    expect(await server.test(id)).toMatchObject({ status: 'completed', metadata: { loginMethod: 'password' } });
  });

  describe('fails truthfully', () => {
    it('with a wrong key: exactly one attempt', async () => {
      const attempts = await sshd.loginAttempts();
      const { privateKey } = await generateSshKey();
      const { id } = await server.addSshd('wrong key', sshd, { credential: { kind: 'private_key', privateKey } });
      const operation = await server.test(id);
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'AUTHENTICATION_FAILED', effect: 'none' });
      expect(stepsOf(operation)).toEqual(failedAt('authenticate'));
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await sshd.loginAttempts()) - attempts).toBe(1);
    });

    it.each([
      ['resolve', 'NAME_NOT_RESOLVED', { host: 'nowhere.invalid' }],
      ['connect', 'CONNECTION_REFUSED', { port: 1 }],
    ])('at the step %s: %s', async (step, errorCode, change) => {
      const { id } = await server.addSshd(`at ${step}`, sshd, change);
      const operation = await server.test(id);
      expect(operation).toMatchObject({ status: 'failed', errorCode });
      expect(stepsOf(operation)).toEqual(failedAt(step));
    });

    it('at the step resolve when the name leads to a refused address', async () => {
      const { id } = await server.addSshd('metadata', sshd);
      await server.dataSource.query(`UPDATE connections SET host = '0xA9FEA9FE' WHERE id = $1`, [id]);
      expect(await server.test(id)).toMatchObject({ status: 'failed', errorCode: 'NETWORK_NOT_ALLOWED' });
    });

    it('without a credential, or with one that another master key sealed', async () => {
      const { id } = await server.addSshd('no credential', sshd);
      await server.dataSource.query(
        `UPDATE credentials SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE connection_id = $1`,
        [id],
      );
      expect(await server.test(id)).toMatchObject({ status: 'failed', errorCode: 'CREDENTIAL_UNREADABLE' });
      await server.dataSource.query(`DELETE FROM credentials WHERE connection_id = $1`, [id]);
      expect(await server.test(id)).toMatchObject({ status: 'failed', errorCode: 'CREDENTIAL_MISSING' });
    });

    it('when the shell is none, and when SFTP is off', async () => {
      const mute = await startSshd({ user: sshd.user, config: ['ForceCommand /bin/false'] });
      const { id } = await server.addSshd('mute', mute);
      expect(stepsOf(await server.test(id))).toEqual(failedAt('probe'));
      await mute.stop();
      const noSftp = await startSshd({
        user: sshd.user,
        config: [
          'ForceCommand [ -n "$SSH_ORIGINAL_COMMAND" ] && case "$SSH_ORIGINAL_COMMAND" in *sh*) exec sh -c "$SSH_ORIGINAL_COMMAND";; esac; exit 1',
        ],
      });
      const second = await server.addSshd('no sftp', noSftp);
      const operation = await server.test(second.id);
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'SFTP_UNAVAILABLE' });
      expect(stepsOf(operation)).toEqual(failedAt('sftp'));
      await noSftp.stop();
    });
  });

  describe('on other platforms', () => {
    it('says which steps make no sense on Cisco VOS', async () => {
      const { id } = await server.addSshd('vos', sshd, { platform: 'cisco_vos' });
      const operation = await server.test(id);
      expect(operation).toMatchObject({ status: 'completed' });
      expect(stepsOf(operation)).toMatchObject({ authenticate: 'completed', probe: 'skipped', sftp: 'skipped' });
    });

    it('takes a missing SFTP for a fact where no files are sent', async () => {
      const noSftp = await startSshd({
        user: sshd.user,
        config: [
          'ForceCommand case "$SSH_ORIGINAL_COMMAND" in *eval*) exec sh -c "$SSH_ORIGINAL_COMMAND";; esac; exit 1',
        ],
      });
      const { id } = await server.addSshd('custom', noSftp, { platform: 'custom' });
      expect(await server.test(id)).toMatchObject({ status: 'completed', metadata: { sftp: false } });
      await noSftp.stop();
    });
  });

  describe('on a frozen host', () => {
    it('ends at the connection by its deadline', async () => {
      const { id } = await server.addSshd('frozen at connect', sshd);
      await sshd.freeze();
      const operation = await server.test(id);
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'HOST_KEY_TIMEOUT' });
      expect(Date.parse(operation.completedAt ?? '') - Date.parse(operation.startedAt)).toBeLessThan(7_000);
    });

    it('ends in a command by its deadline, and closes the connection', async () => {
      const stuck = await startSshd({ user: sshd.user, config: ['ForceCommand sleep 60'] });
      const { id } = await server.addSshd('stuck in a command', stuck);
      const operation = await server.test(id);
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'COMMAND_TIMEOUT', effect: 'none' });
      expect(stepsOf(operation)).toEqual(failedAt('probe'));
      await waitUntil(
        'the host sees the end',
        async () => /Connection (?:reset|closed)|Disconnected/.test(await stuck.log()) || undefined,
      );
      await stuck.stop();
    });
  });

  it('closes the connection when it is cancelled', async () => {
    const slow = await startSshd({ user: sshd.user, config: ['ForceCommand sleep 60'] });
    const patient = await ConnectionsServer.start(database.url);
    const { id } = await patient.addSshd('cancelled', slow);
    await server.stop();
    const { body } = await patient.call<StartAnswer>(`POST /connections/${String(id)}/test-connection`);
    await waitUntil('it looks around', async () => {
      const now = await patient.call<Operation>(`GET /operations/${body.operationId}`);
      return stepsOf(now.body)['probe'] === 'running' || undefined;
    });
    expect((await patient.call<Problem>(`DELETE /connections/${String(id)}`)).body).toMatchObject({
      code: 'CONNECTION_BUSY',
    });
    expect((await patient.call<Problem>(`PATCH /connections/${String(id)}`, { port: 23 })).body).toMatchObject({
      code: 'CONNECTION_BUSY',
    });
    expect((await patient.call(`PATCH /connections/${String(id)}`, { name: 'renamed meanwhile' })).status).toBe(200);
    const again = await patient.call<StartAnswer>(`POST /connections/${String(id)}/test-connection`);
    expect(again.body).toMatchObject({ status: 'already_running', operationId: body.operationId });
    await patient.call(`POST /operations/${body.operationId}/cancel`);
    expect(await patient.ended(body.operationId)).toMatchObject({ status: 'cancelled', effect: 'none' });
    await waitUntil(
      'the host sees the end',
      async () => /Connection (?:reset|closed)|Disconnected/.test(await slow.log()) || undefined,
    );
    await slow.stop();
    server = patient;
  }, 30_000);

  it('goes through a jump host, and says which one to look at when that fails', async () => {
    const gate = await startSshd({ user: sshd.user });
    const jump = await server.addSshd('gate', gate, { hostKeyFingerprint: undefined });
    const { id } = await server.addSshd('behind the gate', sshd, { jumpConnectionId: jump.id });
    expect(await server.test(id)).toMatchObject({
      status: 'failed',
      errorCode: 'JUMP_HOST_FAILED',
      metadata: { jumpConnectionId: jump.id },
    });
    await server.call(`POST /connections/${String(jump.id)}/host-keys/accept`, {
      fingerprint: gate.hostKeyFingerprint,
    });
    const operation = await server.test(id);
    expect(operation).toMatchObject({ status: 'completed', metadata: { jumpHost: 'gate', user: sshd.username } });
    expect(await gate.log()).toContain(`Accepted publickey for ${sshd.username}`);
    await gate.stop();
  });

  it('is started on many at once, each answered on its own', async () => {
    const made = await Promise.all(['one', 'two', 'three'].map((name) => server.addSshd(`many ${name}`, sshd)));
    const ids = [...made.map(({ id }) => id), 999_999];
    const { status, body } = await server.call<TestManyAnswer>('POST /connections/test', {
      connectionIds: [...ids, ids[0]],
    });
    expect(status).toBe(202);
    expect(body.items.map(({ connectionId, status: one }) => [connectionId, one])).toEqual([
      ...made.map(({ id }) => [id, 'started']),
      [999_999, 'not_found'],
    ]);
    for (const { operationId } of body.items)
      if (operationId) expect(await server.ended(operationId)).toMatchObject({ status: 'completed' });
  });

  it('leaves no secret in any table or answer', async () => {
    const canary = 'canary-5512-password';
    const { id } = await server.addSshd('canary', sshd, { credential: { kind: 'password', password: canary } });
    const operation = await server.test(id);
    const events = await server.call(`GET /operations/${operation.id}/events`);
    expect(JSON.stringify([operation, events.body])).not.toContain(canary);
    const tables: { name: string }[] = await server.dataSource.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    for (const { name } of tables) {
      const rows: { text: string }[] = await server.dataSource.query(`SELECT t::text AS text FROM "${name}" t`);
      const dump = rows.map(({ text }) => text).join('\n');
      expect(dump).not.toContain(canary);
      expect(dump).not.toContain('BEGIN OPENSSH PRIVATE KEY');
    }
  });
});
