import type { Problem, RouteAnswer, routes } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { ConnectionsServer } from './connections-server.js';

type Page = RouteAnswer<typeof routes.listConnections>;

describe('the list of connections', () => {
  let database: TestDatabase;
  let server: ConnectionsServer;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await ConnectionsServer.start(database.url);
    for (const [name, host, tags] of [
      ['Zeta', 'b.list', ['list', 'x']],
      ['alpha', 'c.list', ['list']],
      ['Beta_1', 'a.list', ['list', 'x']],
      ['beta%2', 'd.list', ['list']],
    ] as const) {
      await server.add({ name: `list ${name}`, host, tags: [...tags] });
    }
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });
  const list = async (query: string, token?: string): Promise<Page> =>
    (await server.call<Page>(`GET /connections${query}`, undefined, token)).body;
  const problem = async (line: string, body?: unknown, token?: string): Promise<Problem> =>
    (await server.call<Problem>(line, body, token)).body;
  const names = async (query: string): Promise<string[]> =>
    (await list(query)).items.map(({ name }) => name.replace('list ', ''));

  it.each([
    ['name', ['alpha', 'beta%2', 'Beta_1', 'Zeta']],
    ['-name', ['Zeta', 'Beta_1', 'beta%2', 'alpha']],
    ['host', ['Beta_1', 'Zeta', 'alpha', 'beta%2']],
    ['-host', ['beta%2', 'alpha', 'Zeta', 'Beta_1']],
    ['createdAt', ['Zeta', 'alpha', 'Beta_1', 'beta%2']],
    ['-createdAt', ['beta%2', 'Beta_1', 'alpha', 'Zeta']],
  ])('is sorted by %s, page by page, each once', async (sort, expected) => {
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

  it('is searched in name, host and user name, without wildcards', async () => {
    expect(await names('?search=BETA_')).toEqual(['Beta_1']);
    expect(await names('?search=beta%25')).toEqual(['beta%2']);
    expect(await names('?search=c.list')).toEqual(['alpha']);
    expect((await list('?search=deploy&tag=list')).total).toBe(4);
    expect(await names('?tag=x')).toEqual(expect.arrayContaining(['Beta_1', 'Zeta']));
  });

  it('refuses a cursor of another order, or one that was made up', async () => {
    const { nextCursor } = await list('?sort=name&limit=1');
    for (const cursor of [nextCursor ?? '', 'abc', Buffer.from('[1,2]').toString('base64url')]) {
      expect(await problem(`GET /connections?sort=host&cursor=${cursor}`)).toMatchObject({
        status: 400,
        errors: [{ path: 'query.cursor' }],
      });
    }
  });

  it('shows users what was granted to them by id or tag, and nothing else', async () => {
    const { items } = await list('?tag=list&sort=createdAt');
    const [first] = items;
    if (!first) throw new Error('nothing is listed');
    const byId = await server.addUser('by-id', 'viewer', { connectionIds: [first.id] });
    const byTag = await server.addUser('by-tag', 'operator', { tags: ['x'] });
    const nothing = await server.addUser('nothing', 'operator');
    expect((await list('', byId)).items.map(({ id }) => id)).toEqual([first.id]);
    expect(await list('', byTag)).toMatchObject({ total: 2 });
    expect(await list('', nothing)).toEqual({ items: [], nextCursor: null, total: 0 });
    expect((await server.call<{ items: object[] }>('GET /tags', undefined, byTag)).body.items).toEqual([
      { tag: 'list', count: 2 },
      { tag: 'x', count: 2 },
    ]);
    for (const line of [
      `GET /connections/${String(first.id)}`,
      `GET /connections/${String(first.id)}/host-keys`,
      `POST /connections/${String(first.id)}/test-connection`,
    ]) {
      expect(await problem(line, undefined, nothing)).toMatchObject({
        code: 'NOT_FOUND',
        detail: 'There is no such connection.',
      });
    }
    expect(await problem(`DELETE /connections/${String(first.id)}`, undefined, byTag)).toMatchObject({
      code: 'PERMISSION_DENIED',
    });
    expect(await problem(`POST /connections/${String(first.id)}/test-connection`, undefined, byId)).toMatchObject({
      code: 'PERMISSION_DENIED',
    });
  });

  it('is filtered by what a connection needs, as the rows themselves say', async () => {
    const standings = ['reachable', 'failed before', 'first key waits', 'key changed', 'never', 'cancelled only'];
    const [reachable, failed, first, changed, , cancelled] = await Promise.all(
      standings.map(async (name) => (await server.add({ name: `list ${name}`, tags: ['standing'] })).id),
    );
    const ended = (id: number | undefined, status: string, hoursAgo: number) =>
      server.dataSource.query(
        `INSERT INTO operations (id, connection_id, connection_name, type, status, progress, message, effect, error, error_code, started_at, completed_at, created_by, actor, sequence, steps, changes_host)
         VALUES (gen_random_uuid(), $1, 'c', 'ssh_test', $2, 100, '', 'none', CASE WHEN $2 = 'failed' THEN 'refused' END, CASE WHEN $2 = 'failed' THEN 'CONNECTION_REFUSED' END, now() - $3 * interval '1 hour', now() - $3 * interval '1 hour', 'user',
           '{"kind":"user","id":"1","name":"ada"}', 1, '[]', false)`,
        [id, status, hoursAgo],
      );
    const key = (id: number | undefined, fingerprint: string, accepted: boolean) =>
      server.dataSource.query(
        `INSERT INTO host_keys (connection_id, fingerprint, algorithm, accepted_at) VALUES ($1, $2, 'ssh-ed25519', CASE WHEN $3 THEN now() END)`,
        [id, fingerprint, accepted],
      );
    await ended(reachable, 'failed', 2);
    await ended(reachable, 'completed', 1);
    await ended(failed, 'completed', 2);
    await ended(failed, 'failed', 1);
    await ended(first, 'failed', 1);
    await key(first, 'SHA256:first', false);
    await ended(changed, 'failed', 1);
    await key(changed, 'SHA256:old', true);
    await key(changed, 'SHA256:new', false);
    await ended(cancelled, 'cancelled', 1);
    expect(await names('?tag=standing&standing=reachable')).toEqual(['reachable']);
    expect(await names('?tag=standing&standing=not_reached')).toEqual(['failed before']);
    expect(await names('?tag=standing&standing=host_key')).toEqual(['first key waits', 'key changed']);
    expect(await names('?tag=standing&standing=not_tested')).toEqual(['never']);
    expect(await list('?tag=standing&standing=host_key&limit=1')).toMatchObject({ total: 2 });
    expect(await problem('GET /connections?standing=fine')).toMatchObject({ errors: [{ path: 'query.standing' }] });
  });

  it('answers every kind of list with ten thousand rows', async () => {
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
    for (const query of [
      '?sort=name',
      '?sort=-host',
      '?search=h77',
      '?tag=t7',
      '?standing=reachable',
      '?tag=many&sort=createdAt&limit=200',
      `?sort=name&cursor=${(await list('?sort=name&tag=many&limit=200')).nextCursor ?? ''}`,
    ]) {
      for (const token of [undefined, tagged]) {
        expect((await list(query, token)).items.length).toBeGreaterThan(0);
      }
    }
  }, 60_000);
});
