import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { type AccessServer, type Reply, startAccessServer } from '../access-server.spec-support.js';

// Each password check takes a core for some 60 ms, and the machine may be busy.
jest.setTimeout(60_000);

describe('set-up', () => {
  let database: TestDatabase;
  const servers: AccessServer[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
    await database.drop();
  });

  const start = async (administrator?: { username: string; password: string }): Promise<AccessServer> => {
    const server = await startAccessServer(database.url, { administrator });
    servers.push(server);
    return server;
  };
  const tokenOf = (server: AccessServer): string =>
    /^\/setup#token=([\w-]{43})$/.exec(server.setupPath ?? '')?.[1] ?? '';
  const setUp = (server: AccessServer, token: string, username = 'ada'): Promise<Reply> =>
    server.call('POST /setup', { body: { token, username, password: 'umbrella-tundra-violin' } });

  it('makes the first administrator, signs them in, and is gone for ever', async () => {
    const server = await start();
    expect((await server.call('GET /setup')).body).toEqual({ required: true });
    const done = await setUp(server, tokenOf(server));
    expect(done.status).toBe(201);
    expect(done.body).toMatchObject({ user: { username: 'ada', role: 'administrator' } });
    const users = await server.call('GET /users', { token: String(done.body['accessToken']) });
    expect(users.body).toMatchObject({ items: [{ username: 'ada', lastSignInAt: expect.any(String) }] });
    for (const again of [
      await server.call('GET /setup'),
      await setUp(server, tokenOf(server), 'eve'),
      await setUp(server, 'guess', 'eve'),
    ]) {
      expect(again.body).toMatchObject({ status: 410, code: 'GONE' });
    }
    expect((await start()).setupPath).toBeUndefined();
  });

  it('refuses another token than that of the last start', async () => {
    const first = await start();
    const second = await start();
    expect((await setUp(second, 'guess')).body).toMatchObject({ status: 403, code: 'SETUP_TOKEN_REFUSED' });
    expect((await setUp(first, tokenOf(first))).status).toBe(403);
    expect((await setUp(first, tokenOf(second))).status).toBe(201);
  });

  it('lets exactly one through when many race over two replicas', async () => {
    const [first, second] = [await start(), await start()];
    const replies = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        setUp(index % 2 === 0 ? first : second, tokenOf(second), `user${index}`),
      ),
    );
    const statuses = replies.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array.from({ length: 15 }, () => 410)]);
    expect(await first.dataSource.query('SELECT FROM users')).toHaveLength(1);
  });

  it('refuses a password that is easy to guess, and stays open', async () => {
    const server = await start();
    const body = { token: tokenOf(server), username: 'ada', password: 'administrator' };
    expect((await server.call('POST /setup', { body })).body).toMatchObject({
      status: 400,
      errors: [{ path: 'body.password' }],
    });
    expect((await setUp(server, tokenOf(server))).status).toBe(201);
  });

  it('keeps no token in the clear', async () => {
    const server = await start();
    const dump = JSON.stringify(await server.dataSource.query('SELECT token_hash::text FROM setup'));
    expect(dump).not.toContain(tokenOf(server));
    expect(dump).not.toContain(Buffer.from(tokenOf(server)).toString('hex'));
  });

  describe('unattended', () => {
    const administrator = { username: 'ops@example.org', password: 'umbrella-tundra-violin' };

    it('makes the administrator once, also when two replicas start at once', async () => {
      const [first, second] = await Promise.all([start(administrator), start(administrator)]);
      expect([first.setupPath, second.setupPath]).toEqual([undefined, undefined]);
      expect((await first.signIn(administrator)).user.role).toBe('administrator');
      expect(await first.dataSource.query('SELECT FROM users')).toHaveLength(1);
      expect((await setUp(first, '')).status).toBe(400);
      expect((await first.call('GET /setup')).status).toBe(410);
    });

    it('does not put back the password of the environment at a later start', async () => {
      const server = await start(administrator);
      await start({ ...administrator, password: 'lantern-osprey-gravel' });
      await server.signIn(administrator);
      expect(
        (await server.call('POST /auth/login', { body: { ...administrator, password: 'lantern-osprey-gravel' } }))
          .status,
      ).toBe(401);
    });

    it.each([
      [{ username: 'ada', password: 'short' }, /^LOCKSTEP_ADMIN_PASSWORD must have 12 to 200 characters\.$/],
      [{ username: 'ada', password: 'password1234' }, /^LOCKSTEP_ADMIN_PASSWORD is easy to guess/],
      [{ username: 'no spaces', password: 'umbrella-tundra-violin' }, /^LOCKSTEP_ADMIN_USERNAME may have/],
    ])('stops the start for %j in one sentence', async (wrong, message) => {
      await expect(start(wrong)).rejects.toThrow(message);
    });
  });
});
