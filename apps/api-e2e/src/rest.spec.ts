import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  type Connection,
  type ImportAnswer,
  type Operation,
  type Problem,
  Problem as ProblemSchema,
} from '@lockstep/contract';
import { type LockstepServer, startLockstep } from '@lockstep/server-testing';
import { administratorOf, ApiClient, createUser, type TestUser } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { startStuckHost, type StuckHost } from './support/stuck-host.js';

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
}

const consoleIsBuilt = await access(
  fileURLToPath(new URL('../../console/dist/browser/index.html', import.meta.url)),
).then(
  () => true,
  () => false,
);

describe('REST', () => {
  let server: LockstepServer;
  let administrator: ApiClient;
  let outsider: TestUser;
  let host: StuckHost;
  let table: EventTable;

  beforeAll(async () => {
    [server, host] = await Promise.all([startLockstep(), startStuckHost()]);
    administrator = await administratorOf(server.url);
    outsider = await createUser(administrator, { username: 'outsider', role: 'operator' });
    table = EventTable.open(server.databaseUrl);
  }, 60_000);
  afterAll(async () => {
    await table.close();
    await endAll(server, host);
  }, 60_000);

  const input = {
    name: 'web 1',
    host: '127.0.0.1',
    port: 22,
    username: 'deploy',
    credential: { kind: 'password', password: 'x' },
  };
  const problemOf = ({ status, body, headers }: { status: number; body: unknown; headers: Headers }): Problem => {
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem = ProblemSchema.strict().parse(body);
    expect(problem.status).toBe(status);
    return problem;
  };

  test.each([
    ['an unknown field', { ...input, admin: true }, 'body'],
    [
      'an unknown field further inside',
      { ...input, credential: { ...input.credential, kept: true } },
      'body.credential',
    ],
    ['a missing field', { ...input, username: undefined }, 'body.username'],
    ['a port as text', { ...input, port: '22' }, 'body.port'],
    ['a host with a command in it', { ...input, host: 'localhost; reboot' }, 'body.host'],
    ['a login name that is an option', { ...input, username: '-oProxyCommand=id' }, 'body.username'],
    ['a tag in upper case', { ...input, tags: ['Web'] }, 'body.tags.0'],
    ['a list', [input], 'body'],
  ])('%s is refused with a problem that names the field', async (_what, body, path) => {
    const problem = problemOf(await administrator.post('/connections', body));
    expect(problem).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    expect(problem.errors?.map((error) => error.path)).toContain(path);
  });

  test('broken JSON, an unknown query field, a wrong id and an unknown route are problems, never a stack', async () => {
    const headers = { 'content-type': 'application/json' };
    const answers = [
      await administrator.call('POST', '/connections', { body: '{"name": ', headers }),
      await administrator.get('/connections?limit=10&admin=true'),
      await administrator.get('/connections?limit=100000'),
      await administrator.get('/connections?cursor=nonsense'),
      await administrator.get('/connections/seven'),
      await administrator.get('/operations/not-a-uuid'),
      await administrator.get('/operations?cursor=nonsense'),
      await administrator.get('/no-such-route'),
    ];
    expect(answers.map((answer) => problemOf(answer).code)).toEqual([
      ...Array.from({ length: 7 }, () => 'VALIDATION_FAILED'),
      'NOT_FOUND',
    ]);
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toMatch(/node_modules|\.ts:|\.js:|SELECT |at \w+ \(/);
  });

  test('a body above 256 KiB is refused with 413, one just below is read', async () => {
    const body = (bytes: number): string => JSON.stringify({ ...input, name: 'x'.repeat(bytes) });
    expect(problemOf(await administrator.call('POST', '/connections', { body: body(262_144) }))).toMatchObject({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    });
    expect(problemOf(await administrator.call('POST', '/connections', { body: body(250_000) }))).toMatchObject({
      status: 400,
    });
  });

  test('a correlation id is in the answer’s header and in the problem', async () => {
    const answer = await administrator.get('/connections/999999');
    expect(problemOf(answer).correlationId).toMatch(/^[0-9a-f-]{8,}$/);
  });

  test('what belongs to others is not there: reading, changing, testing and its operations answer 404', async () => {
    const { id } = await administrator.createConnection({
      name: 'hidden',
      port: host.port,
      hostKeyFingerprint: host.fingerprint,
    });
    const { id: operationId } = await administrator.tested(id);
    const path = `/connections/${String(id)}`;
    const answers = [
      await outsider.client.get(path),
      await outsider.client.get(`${path}/host-keys`),
      await outsider.client.post(`${path}/test-connection`),
      await outsider.client.get(`/operations/${operationId}`),
      await outsider.client.get(`/operations/${operationId}/events`),
      await outsider.client.post(`/operations/${operationId}/cancel`),
      await outsider.client.post(`/operations/${operationId}/retry`),
    ];
    expect(answers.map((answer) => problemOf(answer).code)).toEqual(answers.map(() => 'NOT_FOUND'));
    const made = { ...(await outsider.client.get('/connections/987654')).body, correlationId: '' };
    expect({ ...answers[0]?.body, correlationId: '' }).toEqual(made);
    expect(await outsider.client.must('GET', '/connections')).toMatchObject({ items: [], total: 0 });
    expect(await outsider.client.must('GET', `/operations?connectionId=${String(id)}`)).toMatchObject({
      items: [],
      total: 0,
    });
    const many = await outsider.client.must<{ items: unknown[] }>('POST', '/connections/test', {
      body: { connectionIds: [id] },
    });
    expect(many.items).toEqual([{ connectionId: id, status: 'not_found', operationId: null }]);
  });

  test('without a token or with a bad one the answer is 401', async () => {
    for (const client of [new ApiClient(server.url), new ApiClient(server.url, 'nonsense')]) {
      expect(problemOf(await client.get('/connections'))).toMatchObject({
        status: 401,
        code: 'AUTHENTICATION_REQUIRED',
      });
    }
  });

  test('answers of the API are not kept by browsers, and every answer has its safety headers', async () => {
    const { headers } = await administrator.get('/connections');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  (consoleIsBuilt ? test : test.skip)(
    'pages have a policy without unsafe-inline and a fresh nonce each time',
    async () => {
      const policies = await Promise.all(
        [1, 2].map(
          async () =>
            (await fetch(`${server.url}/operations`, { headers: { accept: 'text/html' } })).headers.get(
              'content-security-policy',
            ) ?? '',
        ),
      );
      for (const policy of policies) {
        expect(policy).toContain(`default-src 'self'`);
        expect(policy).toContain(`require-trusted-types-for 'script'`);
        expect(policy).not.toMatch(/unsafe-(inline|eval)/);
      }
      const nonces = policies.map((policy) => /'nonce-([^']+)'/.exec(policy)?.[1]);
      expect(new Set(nonces).size).toBe(2);
      const page = await (await fetch(`${server.url}/`, { headers: { accept: 'text/html' } })).text();
      expect(page).not.toContain('__CSP_NONCE__');
    },
  );

  test('a dry run of an import makes nothing and says what it would do; confirmed it makes just that, and once', async () => {
    const text = [
      'Host bastion',
      '  HostName 127.0.0.2',
      '  User ops',
      '',
      'Host app',
      '  HostName 127.0.0.3',
      '  Port 2222',
      '  ProxyJump bastion',
      '',
      'Host *',
      '  User deploy',
    ].join('\n');
    const body = { format: 'ssh_config', text, credential: { kind: 'password', password: 'imported' } };
    const run = (dryRun: boolean): Promise<ImportAnswer> =>
      administrator.must('POST', '/connections/import', { body: { ...body, dryRun } });
    const before = (await administrator.must<Page<Connection>>('GET', '/connections')).total;
    const preview = await run(true);
    expect(preview.items).toMatchObject([
      { name: 'bastion', host: '127.0.0.2', port: 22, username: 'ops', jump: null, connectionId: null },
      { name: 'app', host: '127.0.0.3', port: 2222, username: 'deploy', jump: 'bastion', connectionId: null },
    ]);
    expect((await administrator.must<Page<Connection>>('GET', '/connections')).total).toBe(before);
    const made = await run(false);
    expect(made.items.map(({ connectionId, ...item }) => [typeof connectionId, item])).toEqual(
      preview.items.map(({ connectionId: _none, ...item }) => ['number', item]),
    );
    const app = await administrator.must<Connection>('GET', `/connections/${String(made.items[1]?.connectionId)}`);
    expect(app).toMatchObject({ jumpConnectionId: made.items[0]?.connectionId, credential: { kind: 'password' } });
    const again = await run(false);
    expect(again.items).toEqual([]);
    expect(again.skipped.map(({ name }) => name)).toEqual(expect.arrayContaining(['bastion', 'app']));
    const unreadable = await administrator.post('/connections/import', {
      format: 'csv',
      text: '"never closed',
      dryRun: true,
    });
    expect(problemOf(unreadable)).toMatchObject({ status: 422, code: 'IMPORT_UNREADABLE' });
  });

  test('pages of ten thousand connections show each that was there exactly once, while others are added and removed', async () => {
    await table.query(
      `INSERT INTO connections (name, host, port, username, platform, tags)
       SELECT 'fleet ' || md5(n::text), '10.0.' || n / 250 || '.' || n % 250, 22, 'deploy', 'systemd', '{fleet}' FROM generate_series(1, 10000) AS n`,
    );
    for (const sort of ['name', '-host', 'createdAt']) {
      const seen: number[] = [];
      const there = await table.query<{ id: number }>(
        `SELECT id FROM connections WHERE tags @> '{fleet}' AND name NOT LIKE '% late %' AND deleted_at IS NULL`,
      );
      let cursor: string | null = '';
      for (let pages = 0; cursor !== null; pages += 1) {
        const query: string = `tag=fleet&sort=${sort}&limit=500${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
        const page: Page<Connection> = await administrator.must('GET', `/connections?${query}`);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
        for (const edge of ['a', 'm', 'z']) {
          await administrator.createConnection({
            name: `fleet ${edge} late ${sort} ${String(pages)}`,
            host: '10.9.9.9',
            port: 22,
            tags: ['fleet'],
          });
        }
      }
      expect(new Set(seen).size).toBe(seen.length);
      const shown = new Set(seen);
      expect(there.filter(({ id }) => !shown.has(id))).toEqual([]);
    }
  }, 60_000);

  test('operations are listed newest first, in pages without a doublet, and filtered by what the address says', async () => {
    const { id } = await administrator.createConnection({
      name: 'listed',
      port: host.port,
      hostKeyFingerprint: host.fingerprint,
    });
    const ids: string[] = [];
    for (let round = 0; round < 5; round += 1) ids.unshift((await administrator.tested(id)).id);
    const listed: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = `connectionId=${String(id)}&status=completed,failed&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const page: Page<Operation> = await administrator.must('GET', `/operations?${query}`);
      expect(page.total).toBe(5);
      listed.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    }
    expect(listed).toEqual(ids);
    expect(await administrator.must('GET', `/operations?connectionId=${String(id)}&status=cancelled`)).toMatchObject({
      items: [],
      total: 0,
    });
  }, 30_000);
});
