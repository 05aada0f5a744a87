import type { Connection, Problem } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase, generateSshKey } from '@lockstep/server-testing';
import { ConnectionsServer } from './connections-server.js';

const canary = 'canary-8fd1c0';

describe('connections', () => {
  let database: TestDatabase;
  let server: ConnectionsServer;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await ConnectionsServer.start(database.url);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const problem = async (line: string, body?: unknown, token?: string): Promise<Problem> =>
    (await server.call<Problem>(line, body, token)).body;
  const count = async (table: string, id: number): Promise<number> => {
    const rows: { count: number }[] = await server.dataSource.query(
      `SELECT count(*)::integer AS count FROM ${table} WHERE connection_id = $1`,
      [id],
    );
    return rows[0]?.count ?? -1;
  };

  it('are made with defaults, and shown without any secret', async () => {
    const { status, body } = await server.call<Connection>('POST /connections', {
      name: ' plain ',
      host: 'plain.example',
      username: 'deploy',
      credential: { kind: 'password', password: canary },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'plain',
      host: 'plain.example',
      port: 22,
      username: 'deploy',
      platform: 'systemd',
      tags: [],
      jumpConnectionId: null,
      hostKeyState: 'unknown',
      lastTest: null,
      demo: false,
      credential: { kind: 'password', updatedAt: expect.any(String) },
    });
    expect((await server.call<Connection>(`GET /connections/${String(body.id)}`)).body).toEqual(body);
    const [entry] = await server.audited('connection.created');
    expect(entry).toMatchObject({
      subject: `connection:${String(body.id)}`,
      actor: { name: 'ada' },
      detail: { name: 'plain', credentialKind: 'password' },
    });
  });

  it('keep their secrets sealed, in every table', async () => {
    const tables: { name: string }[] = await server.dataSource.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    for (const { name } of tables) {
      const rows: { text: string }[] = await server.dataSource.query(`SELECT t::text AS text FROM "${name}" t`);
      const dump = rows.map(({ text }) => text).join('\n');
      expect(dump).not.toContain(canary);
      expect(dump).not.toContain(Buffer.from(canary).toString('hex'));
    }
  });

  it.each<[string, string, RegExp]>([
    ['a public key', 'ssh-ed25519 AAAA x', /public key/],
    ['nonsense', 'nonsense', /not a private key/],
  ])('refuse %s for a private key', async (name, privateKey, detail) => {
    const answer = await problem('POST /connections', {
      name,
      host: 'a.example',
      username: 'u',
      credential: { kind: 'private_key', privateKey },
    });
    expect(answer).toMatchObject({
      status: 422,
      code: 'KEY_UNREADABLE',
      errors: [{ path: 'body.credential.privateKey' }],
    });
    expect(answer.detail).toMatch(detail);
  });

  it('refuse an encrypted private key without its passphrase, or with a wrong one', async () => {
    const { privateKey } = await generateSshKey({ passphrase: 'open sesame' });
    const make = (passphrase?: string) =>
      problem('POST /connections', {
        name: 'locked',
        host: 'a.example',
        username: 'u',
        credential: { kind: 'private_key', privateKey, ...(passphrase && { passphrase }) },
      });
    expect(await make()).toMatchObject({ code: 'KEY_UNREADABLE', errors: [{ path: 'body.credential.passphrase' }] });
    expect(await make('wrong')).toMatchObject({
      code: 'KEY_UNREADABLE',
      errors: [{ path: 'body.credential.passphrase' }],
    });
    expect(await make('open sesame')).toMatchObject({ name: 'locked', credential: { kind: 'private_key' } });
  });

  it.each([
    ['169.254.169.254', 22],
    ['::ffff:169.254.169.254', 22],
    ['fd00:ec2::254', 22],
    ['127.0.0.1', 43_001],
    ['224.0.0.1', 22],
    ['0.0.0.0', 22],
  ])('refuse %s port %d', async (host, port) => {
    const body = { name: 'never', host, port, username: 'u', credential: { kind: 'password', password: 'x' } };
    expect(await problem('POST /connections', body)).toMatchObject({
      status: 422,
      code: 'NETWORK_NOT_ALLOWED',
      errors: [{ path: 'body.host' }],
    });
    const { id } = await server.add({ name: `move ${host} ${String(port)}` });
    expect(await problem(`PATCH /connections/${String(id)}`, { host, port })).toMatchObject({
      code: 'NETWORK_NOT_ALLOWED',
    });
  });

  it('refuse a name that is taken, whatever its case, also when changed', async () => {
    await server.add({ name: 'Taken' });
    const { id } = await server.add({ name: 'free' });
    expect(
      await problem('POST /connections', {
        name: 'tAKEN',
        host: 'a',
        username: 'u',
        credential: { kind: 'password', password: 'x' },
      }),
    ).toMatchObject({ status: 409, code: 'NAME_TAKEN', errors: [{ path: 'body.name' }] });
    expect(await problem(`PATCH /connections/${String(id)}`, { name: 'TAKEN' })).toMatchObject({ code: 'NAME_TAKEN' });
  });

  it('answer unknown fields and wrong hosts with the field', async () => {
    const body = {
      name: 'x',
      host: '-bad',
      port: 70_000,
      username: 'u',
      credential: { kind: 'password', password: 'x' },
      extra: 1,
    };
    const { errors, code } = await problem('POST /connections', body);
    expect(code).toBe('VALIDATION_FAILED');
    expect(errors?.map(({ path }) => path).sort()).toEqual(['body', 'body.host', 'body.port']);
  });

  it('can be changed; another host or port drops the approved host keys', async () => {
    const hostKeyFingerprint = `SHA256:${'A'.repeat(43)}`;
    const made = await server.add({ name: 'changing', tags: ['b', 'a', 'b'], hostKeyFingerprint });
    expect(made).toMatchObject({ hostKeyState: 'accepted', tags: ['b', 'a'] });
    const path = `PATCH /connections/${String(made.id)}`;
    expect(
      (await server.call<Connection>(path, { name: 'changed', tags: ['c'], username: 'other' })).body,
    ).toMatchObject({ name: 'changed', tags: ['c'], username: 'other', hostKeyState: 'accepted' });
    expect((await server.call<Connection>(path, { host: made.host, port: 22 })).body.hostKeyState).toBe('accepted');
    expect((await server.call<Connection>(path, { port: 2222 })).body).toMatchObject({
      port: 2222,
      hostKeyState: 'unknown',
    });
    expect(
      (await server.call<Connection>(path, { credential: { kind: 'password', password: canary } })).body.credential
        ?.kind,
    ).toBe('password');
    expect(JSON.stringify(await server.audited('connection.changed'))).not.toContain(canary);
    expect(await server.call(path, {})).toMatchObject({ status: 200 });
  });

  it('answer 404 for one that does not exist, everywhere', async () => {
    for (const [line, body] of [
      ['GET /connections/999999'],
      ['PATCH /connections/999999', { name: 'x' }],
      ['DELETE /connections/999999'],
      ['POST /connections/999999/test-connection'],
      ['GET /connections/999999/host-keys'],
      ['POST /connections/999999/host-keys/accept', { fingerprint: `SHA256:${'A'.repeat(43)}` }],
    ] as const)
      expect(await problem(line, body)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  describe('through jump hosts', () => {
    it('refuse circles, unknown ones and ways that are too long', async () => {
      const a = await server.add({ name: 'jump a' });
      const b = await server.add({ name: 'jump b', jumpConnectionId: a.id });
      const set = (id: number, jumpConnectionId: number | null) =>
        server.call<Problem>(`PATCH /connections/${String(id)}`, { jumpConnectionId });
      expect((await set(a.id, a.id)).body).toMatchObject({
        code: 'VALIDATION_FAILED',
        detail: expect.stringContaining('circle'),
      });
      expect((await set(a.id, b.id)).body).toMatchObject({
        code: 'VALIDATION_FAILED',
        detail: expect.stringContaining('circle'),
      });
      expect((await set(a.id, 999_999)).body).toMatchObject({ code: 'VALIDATION_FAILED' });
      expect((await set(b.id, null)).status).toBe(200);
      let last = a.id;
      for (let depth = 1; depth < 8; depth += 1)
        last = (await server.add({ name: `depth ${String(depth)}`, jumpConnectionId: last })).id;
      const { id } = await server.add({ name: 'depth 8', jumpConnectionId: last });
      expect(
        await problem('POST /connections', {
          name: 'depth 9',
          host: 'a',
          username: 'u',
          credential: { kind: 'password', password: 'x' },
          jumpConnectionId: id,
        }),
      ).toMatchObject({ code: 'VALIDATION_FAILED', detail: expect.stringContaining('more than 8') });
    });

    it('never close a circle, even when two are changed at once', async () => {
      for (let round = 0; round < 5; round += 1) {
        const [a, b] = [
          await server.add({ name: `race a${String(round)}` }),
          await server.add({ name: `race b${String(round)}` }),
        ];
        const answers = await Promise.all([
          server.call(`PATCH /connections/${String(a.id)}`, { jumpConnectionId: b.id }),
          server.call(`PATCH /connections/${String(b.id)}`, { jumpConnectionId: a.id }),
        ]);
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
      }
    });
  });

  describe('when removed', () => {
    it('lose credential, host keys and grants at once, and free their name', async () => {
      const { id } = await server.add({ name: 'gone', hostKeyFingerprint: `SHA256:${'B'.repeat(43)}` });
      await server.addUser('grantee', 'viewer', { connectionIds: [id] });
      expect((await server.call(`DELETE /connections/${String(id)}`)).status).toBe(204);
      for (const table of ['credentials', 'host_keys', 'connection_grants']) expect(await count(table, id)).toBe(0);
      expect(await problem(`GET /connections/${String(id)}`)).toMatchObject({ code: 'NOT_FOUND' });
      expect(await problem(`DELETE /connections/${String(id)}`)).toMatchObject({ code: 'NOT_FOUND' });
      expect((await server.audited('connection.deleted')).at(-1)).toMatchObject({
        subject: `connection:${String(id)}`,
        detail: { name: 'gone' },
      });
      await server.add({ name: 'gone' });
    });

    it('are kept while others go through them', async () => {
      const gate = await server.add({ name: 'gate' });
      const behind = await server.add({ name: 'behind', jumpConnectionId: gate.id });
      expect(await problem(`DELETE /connections/${String(gate.id)}`)).toMatchObject({
        code: 'CONNECTION_IN_USE',
        detail: 'It is the jump host of behind.',
      });
      await server.call(`DELETE /connections/${String(behind.id)}`);
      expect((await server.call(`DELETE /connections/${String(gate.id)}`)).status).toBe(204);
    });
  });
});
