import type { Connection, Problem, RouteAnswer, routes } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase, generateSshKey } from '@lockstep/server-testing';
import { ConnectionsServer } from './connections-server.js';

type Page = RouteAnswer<typeof routes.listConnections>;
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

  const list = async (query: string, token?: string): Promise<Page> => (await server.call<Page>(`GET /connections${query}`, undefined, token)).body;
  const problem = async (line: string, body?: unknown, token?: string): Promise<Problem> => (await server.call<Problem>(line, body, token)).body;
  const count = async (table: string, id: number): Promise<number> => {
    const rows: { count: number }[] = await server.dataSource.query(`SELECT count(*)::integer AS count FROM ${table} WHERE connection_id = $1`, [id]);
    return rows[0]?.count ?? -1;
  };

  it('are made with defaults, and shown without any secret', async () => {
    const { status, body } = await server.call<Connection>('POST /connections', {
      name: ' plain ', host: 'plain.example', username: 'deploy', credential: { kind: 'password', password: canary },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'plain', host: 'plain.example', port: 22, username: 'deploy', platform: 'systemd', tags: [], jumpConnectionId: null,
      hostKeyState: 'unknown', lastTest: null, demo: false, credential: { kind: 'password', updatedAt: expect.any(String) },
    });
    expect((await server.call<Connection>(`GET /connections/${String(body.id)}`)).body).toEqual(body);
    const [entry] = await server.audited('connection.created');
    expect(entry).toMatchObject({ subject: `connection:${String(body.id)}`, actor: { name: 'ada' }, detail: { name: 'plain', credentialKind: 'password' } });
  });

  it('keep their secrets sealed, in every table', async () => {
    const tables: { name: string }[] = await server.dataSource.query(`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`);
    for (const { name } of tables) {
      const rows: { text: string }[] = await server.dataSource.query(`SELECT t::text AS text FROM "${name}" t`);
      const dump = rows.map(({ text }) => text).join('\n');
      expect(dump).not.toContain(canary);
      expect(dump).not.toContain(Buffer.from(canary).toString('hex'));
    }
  });

  it.each<[string, object, string, RegExp]>([
    ['a public key', { privateKey: 'ssh-ed25519 AAAA x' }, 'KEY_UNREADABLE', /public key/],
    ['nonsense', { privateKey: 'nonsense' }, 'KEY_UNREADABLE', /not a private key/],
  ])('refuse %s for a private key', async (name, key, code, detail) => {
    const answer = await problem('POST /connections', { name, host: 'a.example', username: 'u', credential: { kind: 'private_key', ...key } });
    expect(answer).toMatchObject({ status: 422, code, errors: [{ path: 'body.credential.privateKey' }] });
    expect(answer.detail).toMatch(detail);
  });

  it('refuse an encrypted private key without its passphrase, or with a wrong one', async () => {
    const { privateKey } = await generateSshKey({ passphrase: 'open sesame' });
    const make = (passphrase?: string) =>
      problem('POST /connections', { name: 'locked', host: 'a.example', username: 'u', credential: { kind: 'private_key', privateKey, ...(passphrase && { passphrase }) } });
    expect(await make()).toMatchObject({ code: 'KEY_UNREADABLE', errors: [{ path: 'body.credential.passphrase' }] });
    expect(await make('wrong')).toMatchObject({ code: 'KEY_UNREADABLE', errors: [{ path: 'body.credential.passphrase' }] });
    expect(await make('open sesame')).toMatchObject({ name: 'locked', credential: { kind: 'private_key' } });
  });

  it.each([
    ['169.254.169.254', 22], ['::ffff:169.254.169.254', 22], ['fd00:ec2::254', 22], ['127.0.0.1', 43_001], ['224.0.0.1', 22], ['0.0.0.0', 22],
  ])('refuse %s port %d', async (host, port) => {
    const body = { name: 'never', host, port, username: 'u', credential: { kind: 'password', password: 'x' } };
    expect(await problem('POST /connections', body)).toMatchObject({ status: 422, code: 'NETWORK_NOT_ALLOWED', errors: [{ path: 'body.host' }] });
    const { id } = await server.add({ name: `move ${host} ${String(port)}` });
    expect(await problem(`PATCH /connections/${String(id)}`, { host, port })).toMatchObject({ code: 'NETWORK_NOT_ALLOWED' });
  });

  it('refuse a name that is taken, whatever its case, also when changed', async () => {
    await server.add({ name: 'Taken' });
    const { id } = await server.add({ name: 'free' });
    expect(await problem('POST /connections', { name: 'tAKEN', host: 'a', username: 'u', credential: { kind: 'password', password: 'x' } })).toMatchObject({ status: 409, code: 'NAME_TAKEN' });
    expect(await problem(`PATCH /connections/${String(id)}`, { name: 'TAKEN' })).toMatchObject({ code: 'NAME_TAKEN' });
  });

  it('answer unknown fields and wrong hosts with the field', async () => {
    const body = { name: 'x', host: '-bad', port: 70_000, username: 'u', credential: { kind: 'password', password: 'x' }, extra: 1 };
    const { errors, code } = await problem('POST /connections', body);
    expect(code).toBe('VALIDATION_FAILED');
    expect(errors?.map(({ path }) => path).sort()).toEqual(['body', 'body.host', 'body.port']);
  });

  it('can be changed; another host or port drops the approved host keys', async () => {
    const hostKeyFingerprint = `SHA256:${'A'.repeat(43)}`;
    const made = await server.add({ name: 'changing', tags: ['b', 'a', 'b'], hostKeyFingerprint });
    expect(made).toMatchObject({ hostKeyState: 'accepted', tags: ['b', 'a'] });
    const path = `PATCH /connections/${String(made.id)}`;
    expect((await server.call<Connection>(path, { name: 'changed', tags: ['c'], username: 'other' })).body).toMatchObject({ name: 'changed', tags: ['c'], username: 'other', hostKeyState: 'accepted' });
    expect((await server.call<Connection>(path, { host: made.host, port: 22 })).body.hostKeyState).toBe('accepted');
    expect((await server.call<Connection>(path, { port: 2222 })).body).toMatchObject({ port: 2222, hostKeyState: 'unknown' });
    expect((await server.call<Connection>(path, { credential: { kind: 'password', password: canary } })).body.credential?.kind).toBe('password');
    expect(JSON.stringify(await server.audited('connection.changed'))).not.toContain(canary);
    expect(await server.call(path, {})).toMatchObject({ status: 200 });
  });

  it('answer 404 for one that does not exist, everywhere', async () => {
    for (const [line, body] of [
      ['GET /connections/999999'], ['PATCH /connections/999999', { name: 'x' }], ['DELETE /connections/999999'], ['POST /connections/999999/test-connection'],
      ['GET /connections/999999/host-keys'], ['POST /connections/999999/host-keys/accept', { fingerprint: `SHA256:${'A'.repeat(43)}` }],
    ] as const) expect(await problem(line, body)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  describe('through jump hosts', () => {
    it('refuse circles, unknown ones and ways that are too long', async () => {
      const a = await server.add({ name: 'jump a' });
      const b = await server.add({ name: 'jump b', jumpConnectionId: a.id });
      const set = (id: number, jumpConnectionId: number | null) => server.call<Problem>(`PATCH /connections/${String(id)}`, { jumpConnectionId });
      expect((await set(a.id, a.id)).body).toMatchObject({ code: 'VALIDATION_FAILED', detail: expect.stringContaining('circle') });
      expect((await set(a.id, b.id)).body).toMatchObject({ code: 'VALIDATION_FAILED', detail: expect.stringContaining('circle') });
      expect((await set(a.id, 999_999)).body).toMatchObject({ code: 'VALIDATION_FAILED' });
      expect((await set(b.id, null)).status).toBe(200);
      let last = a.id;
      for (let depth = 1; depth < 8; depth += 1) last = (await server.add({ name: `depth ${String(depth)}`, jumpConnectionId: last })).id;
      const { id } = await server.add({ name: 'depth 8', jumpConnectionId: last });
      expect(await problem('POST /connections', { name: 'depth 9', host: 'a', username: 'u', credential: { kind: 'password', password: 'x' }, jumpConnectionId: id })).toMatchObject({ code: 'VALIDATION_FAILED', detail: expect.stringContaining('more than 8') });
    });

    it('never close a circle, even when two are changed at once', async () => {
      for (let round = 0; round < 5; round += 1) {
        const [a, b] = [await server.add({ name: `race a${String(round)}` }), await server.add({ name: `race b${String(round)}` })];
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
      expect((await server.audited('connection.deleted')).at(-1)).toMatchObject({ subject: `connection:${String(id)}`, detail: { name: 'gone' } });
      await server.add({ name: 'gone' });
    });

    it('are kept while others go through them', async () => {
      const gate = await server.add({ name: 'gate' });
      const behind = await server.add({ name: 'behind', jumpConnectionId: gate.id });
      expect(await problem(`DELETE /connections/${String(gate.id)}`)).toMatchObject({ code: 'CONNECTION_IN_USE', detail: 'It is the jump host of behind.' });
      await server.call(`DELETE /connections/${String(behind.id)}`);
      expect((await server.call(`DELETE /connections/${String(gate.id)}`)).status).toBe(204);
    });
  });

  describe('in lists', () => {
    beforeAll(async () => {
      for (const [name, host, tags] of [['Zeta', 'b.list', ['list', 'x']], ['alpha', 'c.list', ['list']], ['Beta_1', 'a.list', ['list', 'x']], ['beta%2', 'd.list', ['list']]] as const) {
        await server.add({ name: `list ${name}`, host, tags: [...tags] });
      }
    });
    const names = async (query: string): Promise<string[]> => (await list(query)).items.map(({ name }) => name.replace('list ', ''));

    it.each([
      ['name', ['alpha', 'beta%2', 'Beta_1', 'Zeta']], ['-name', ['Zeta', 'Beta_1', 'beta%2', 'alpha']],
      ['host', ['Beta_1', 'Zeta', 'alpha', 'beta%2']], ['-host', ['beta%2', 'alpha', 'Zeta', 'Beta_1']],
      ['createdAt', ['Zeta', 'alpha', 'Beta_1', 'beta%2']], ['-createdAt', ['beta%2', 'Beta_1', 'alpha', 'Zeta']],
    ])('are sorted by %s, page by page, each once', async (sort, expected) => {
      const whole = await names(`?tag=list&sort=${sort}`);
      expect([...whole].sort()).toEqual([...expected].sort());
      if (!sort.includes('name')) expect(whole).toEqual(expected);
      const seen: string[] = [];
      let cursor: string | null = '';
      for (let pages = 0; cursor !== null && pages < 9; pages += 1) {
        const page: Page = await list(`?tag=list&sort=${sort}&limit=1${cursor && `&cursor=${cursor}`}`);
        expect(page.total).toBe(4);
        seen.push(...page.items.map(({ name }) => name.replace('list ', '')));
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(whole);
    });

    it('are searched in name, host and user name, without wildcards', async () => {
      expect(await names('?search=BETA_')).toEqual(['Beta_1']);
      expect(await names('?search=beta%25')).toEqual(['beta%2']);
      expect(await names('?search=c.list')).toEqual(['alpha']);
      expect((await list('?search=deploy&tag=list')).total).toBe(4);
      expect(await names('?tag=x')).toEqual(expect.arrayContaining(['Beta_1', 'Zeta']));
    });

    it('refuse a cursor of another order, or one that was made up', async () => {
      const { nextCursor } = await list('?sort=name&limit=1');
      for (const cursor of [nextCursor ?? '', 'abc', Buffer.from('[1,2]').toString('base64url')]) {
        expect(await problem(`GET /connections?sort=host&cursor=${cursor}`)).toMatchObject({ status: 400, errors: [{ path: 'query.cursor' }] });
      }
    });

    it('show users what was granted to them by id or tag, and nothing else', async () => {
      const { items } = await list('?tag=list&sort=createdAt');
      const [first] = items;
      if (!first) throw new Error('nothing is listed');
      const byId = await server.addUser('by-id', 'viewer', { connectionIds: [first.id] });
      const byTag = await server.addUser('by-tag', 'operator', { tags: ['x'] });
      const nothing = await server.addUser('nothing', 'operator');
      expect((await list('', byId)).items.map(({ id }) => id)).toEqual([first.id]);
      expect(await list('', byTag)).toMatchObject({ total: 2 });
      expect(await list('', nothing)).toEqual({ items: [], nextCursor: null, total: 0 });
      expect((await server.call<{ items: object[] }>('GET /tags', undefined, byTag)).body.items).toEqual([{ tag: 'list', count: 2 }, { tag: 'x', count: 2 }]);
      for (const line of [`GET /connections/${String(first.id)}`, `GET /connections/${String(first.id)}/host-keys`, `POST /connections/${String(first.id)}/test-connection`]) {
        expect(await problem(line, undefined, nothing)).toMatchObject({ code: 'NOT_FOUND', detail: 'There is no such connection.' });
      }
      expect(await problem(`DELETE /connections/${String(first.id)}`, undefined, byTag)).toMatchObject({ code: 'PERMISSION_DENIED' });
      expect(await problem(`POST /connections/${String(first.id)}/test-connection`, undefined, byId)).toMatchObject({ code: 'PERMISSION_DENIED' });
    });

    it('stay fast with ten thousand rows', async () => {
      await server.dataSource.query(
        `INSERT INTO connections (name, host, port, username, platform, tags)
         SELECT 'many ' || n, 'h' || (n * 7919 % 10007) || '.many', 22, 'root', 'systemd', ARRAY['many', 't' || n % 50] FROM generate_series(1, 10000) n`,
      );
      await server.dataSource.query(
        `INSERT INTO host_keys (connection_id, fingerprint, algorithm, accepted_at) SELECT id, 'SHA256:x', 'ssh-ed25519', now() FROM connections WHERE 'many' = ANY(tags)`,
      );
      await server.dataSource.query(
        `INSERT INTO operations (id, connection_id, connection_name, type, status, progress, message, effect, started_at, completed_at, created_by, actor, sequence, steps, changes_host)
         SELECT gen_random_uuid(), c.id, c.name, 'ssh_test', 'completed', 100, 'done', 'none', now() - n * interval '1 hour', now() - n * interval '1 hour', 'user',
           '{"kind":"user","id":"1","name":"ada"}', 1, '[]', false FROM connections c, generate_series(1, 3) n WHERE 'many' = ANY(c.tags)`,
      );
      await server.dataSource.query('ANALYZE');
      const tagged = await server.addUser('tagged', 'operator', { tags: ['many'] });
      for (const query of ['?sort=name', '?sort=-host', '?search=h77', '?tag=t7', '?tag=many&sort=createdAt&limit=200', `?sort=name&cursor=${(await list('?sort=name&tag=many&limit=200')).nextCursor ?? ''}`]) {
        for (const token of [undefined, tagged]) {
          await list(query, token);
          const times: number[] = [];
          for (let round = 0; round < 5; round += 1) {
            const begun = performance.now();
            const { items } = await list(query, token);
            times.push(performance.now() - begun);
            expect(items.length).toBeGreaterThan(0);
          }
          expect({ query, milliseconds: times.sort((a, b) => a - b)[2] }).toMatchObject({ milliseconds: expect.any(Number) });
          expect(times[2]).toBeLessThan(200);
        }
      }
    }, 60_000);
  });
});
