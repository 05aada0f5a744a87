import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { type AccessServer, type Reply, administrator, startAccessServer } from '../access-server.spec-support.js';

// Each password check takes a core for some 60 ms, and the machine may be busy.
jest.setTimeout(60_000);

describe('signing in', () => {
  let database: TestDatabase;
  let servers: [AccessServer, AccessServer];
  beforeAll(async () => {
    database = await createTestDatabase();
    servers = [await startAccessServer(database.url), await startAccessServer(database.url)];
  });
  afterEach(() => servers[0].dataSource.query('DELETE FROM sign_in_attempts'));
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await database.drop();
  });

  const attempt = (
    username: string,
    password: string,
    more: { replica?: 0 | 1; address?: string } = {},
  ): Promise<Reply> =>
    servers[more.replica ?? 0].call('POST /auth/login', {
      body: { username, password },
      headers: { 'x-forwarded-for': more.address ?? '192.0.2.1' },
    });
  const entries = (): Promise<{ detail: string; actor: string; subject: string }[]> =>
    servers[0].dataSource.query(
      `SELECT detail::text, actor::text, subject FROM audit_entries WHERE action = 'session.refused'`,
    );

  it('answers an unknown user and a wrong password alike', async () => {
    const [unknown, wrong] = [await attempt('nobody', 'not-the-password'), await attempt('ada', 'not-the-password')];
    const { correlationId: _one, ...first } = unknown.body;
    const { correlationId: _other, ...second } = wrong.body;
    expect(first).toEqual(second);
    expect(first).toMatchObject({ status: 401, code: 'CREDENTIALS_REFUSED' });
  });

  it('is blocked for longer and longer after five failures, for the right password too, on every replica', async () => {
    const statuses: number[] = [];
    for (let round = 0; round < 6; round += 1)
      statuses.push((await attempt('ada', `guess number ${round}`, { replica: 0 })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401]);
    const blocked = await attempt('ADA', administrator.password, { replica: 1, address: '198.51.100.7' });
    expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '1']);
    const waits: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      await servers[0].dataSource.query(`UPDATE sign_in_attempts SET blocked_until = '-infinity'`);
      await attempt('ada', 'guess');
      waits.push((await attempt('ada', 'guess')).headers.get('retry-after') ?? 'none');
    }
    expect(waits).toEqual(['2', '4', '8', '16', '32', '64', '128', '256', '300', '300']);
  });

  it('is possible again when the block is over, and then starts counting anew', async () => {
    for (let round = 0; round < 6; round += 1) await attempt('ada', 'guess');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await attempt('ada', administrator.password)).status).toBe(200);
    for (let round = 0; round < 5; round += 1) expect((await attempt('ada', 'guess')).status).toBe(401);
  });

  it('counts a burst of guesses one by one, over both replicas', async () => {
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, index) => attempt('ada', `guess ${index}`, { replica: index % 2 === 0 ? 0 : 1 })),
    );
    const tried = replies.filter(({ status }) => status === 401).length;
    expect(replies.every(({ status }) => status === 401 || status === 429)).toBe(true);
    // five free ones, the one that blocks, and at most two under way on each replica
    expect(tried).toBeGreaterThanOrEqual(6);
    expect(tried).toBeLessThanOrEqual(10);
  });

  it('lets many sign in at once who know the password', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => attempt('ada', administrator.password)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  it('blocks an address that tries many names, and its whole IPv6 network, but nobody else', async () => {
    for (let round = 0; round < 51; round += 1)
      await attempt(`name${round}`, 'guess', { address: `2001:db8::${round}` });
    expect((await attempt('ada', administrator.password, { address: '2001:db8:0:0:ffff::1' })).status).toBe(429);
    expect((await attempt('ada', administrator.password, { address: '2001:db8:0:1::1' })).status).toBe(200);
  });

  it('writes refusals into the audit without what was typed', async () => {
    await attempt('my-secret-typed-as-name', 'my-secret-password');
    await attempt('ada', 'my-secret-password');
    const text = JSON.stringify(await entries());
    const counted = JSON.stringify(await servers[0].dataSource.query('SELECT * FROM sign_in_attempts'));
    expect(counted).toContain('user:');
    expect(counted).not.toContain('my-secret');
    expect(text).not.toContain('my-secret');
    expect(text).toContain('user:unknown');
    expect(text).toContain('192.0.2.1');
  });

  it.each([
    ['no body', undefined],
    ['no password', { username: 'ada' }],
    ['a field too many', { username: 'ada', password: 'x', admin: true }],
    ['an object as name', { username: { $ne: null }, password: 'x' }],
  ])('answers %s with the fields at fault', async (_what, body) => {
    const reply = await servers[0].call('POST /auth/login', { body });
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  describe('changing one’s password', () => {
    const change = (token: string, body: unknown): Promise<Reply> =>
      servers[0].call('POST /auth/password', { token, body });

    it('ends the other sessions and not this one', async () => {
      const here = await servers[0].addUser('marie', 'viewer');
      const elsewhere = await servers[1].signIn({ username: 'marie', password: here.password });
      const changed = await change(here.token, { currentPassword: here.password, password: 'lantern-osprey-gravel' });
      expect(changed.status).toBe(204);
      expect((await servers[0].call('GET /auth/me', { token: here.token })).status).toBe(200);
      expect((await servers[0].call('GET /auth/me', { token: elsewhere.token })).status).toBe(401);
      expect((await servers[0].call('POST /auth/refresh', { cookie: elsewhere.cookie })).status).toBe(401);
      expect((await attempt('marie', here.password)).status).toBe(401);
      expect((await attempt('marie', 'lantern-osprey-gravel')).status).toBe(200);
    });

    it('needs the current one, and is throttled like signing in', async () => {
      const { token } = await servers[0].addUser('emmy', 'viewer');
      for (let round = 0; round < 6; round += 1) {
        expect((await change(token, { currentPassword: 'guess', password: 'lantern-osprey-gravel' })).status).toBe(401);
      }
      expect((await change(token, { currentPassword: 'guess', password: 'lantern-osprey-gravel' })).status).toBe(429);
    });

    it('refuses one that is easy to guess, naming the field', async () => {
      const { token, password } = await servers[0].addUser('lise', 'viewer');
      const reply = await change(token, { currentPassword: password, password: 'Password1234!' });
      expect(reply.status).toBe(400);
      expect(reply.body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'body.password' }] });
    });
  });
});
