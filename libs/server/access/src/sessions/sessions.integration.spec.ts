import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Session } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { type AccessServer, startAccessServer } from '../access-server.spec-support.js';

// Each password check takes a core for some 60 ms, and the machine may be busy.
jest.setTimeout(60_000);

describe('a session', () => {
  let database: TestDatabase;
  let server: AccessServer;
  let replica: AccessServer;
  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startAccessServer(database.url);
    replica = await startAccessServer(database.url);
  });
  afterAll(async () => {
    await Promise.all([server.close(), replica.close()]);
    await database.drop();
  });

  const refresh = (cookie: string | undefined, headers = {}) =>
    server.call<Session>('POST /auth/refresh', { cookie, headers });
  const me = async (token: string): Promise<number> => (await server.call('GET /auth/me', { token })).status;
  /** As if the last rotation had been that many seconds earlier. */
  const age = (seconds: number) =>
    server.dataSource.query(`UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => $1)`, [seconds]);

  it('comes with a cookie that only this host gets back, over TLS, and no script can read', async () => {
    const { headers } = await server.call('POST /auth/login', {
      body: { username: 'ADA', password: 'umbrella-tundra-violin' },
    });
    const cookie = headers.get('set-cookie') ?? '';
    for (const part of ['__Host-lockstep=', 'HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/', 'Max-Age=604800'])
      expect(cookie).toContain(part);
    expect(cookie).not.toContain('Domain');
  });

  it('rotates its refresh token, and each one leads to the next', async () => {
    let { cookie } = await server.signIn();
    const seen = new Set([cookie]);
    for (let round = 0; round < 3; round += 1) {
      const reply = await refresh(cookie);
      expect(reply.status).toBe(200);
      expect(await me(reply.body.accessToken)).toBe(200);
      cookie = reply.cookie ?? '';
      seen.add(cookie);
      await age(11);
    }
    expect(seen.size).toBe(4);
  });

  it('gives tabs that refresh at the same moment one and the same next token, on either replica', async () => {
    const { cookie } = await server.signIn();
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 === 0 ? server : replica).call<Session>('POST /auth/refresh', { cookie }),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200));
    expect(new Set(replies.map((reply) => reply.cookie)).size).toBe(1);
    expect((await refresh(replies[0]?.cookie)).status).toBe(200);
  });

  it('ends altogether when an old refresh token is used after the grace', async () => {
    const { cookie: stolen, token } = await server.signIn();
    const { cookie: next, body } = await refresh(stolen);
    expect(await me(body.accessToken)).toBe(200);
    await age(11);
    const reused = await refresh(stolen);
    expect(reused.status).toBe(401);
    expect(reused.body).toMatchObject({ code: 'AUTHENTICATION_REQUIRED' });
    expect(reused.cookie).toBe('');
    expect((await refresh(next)).status).toBe(401);
    expect(await me(token)).toBe(401);
    expect(await me(body.accessToken)).toBe(401);
    const [entry] = await server.dataSource.query(`SELECT action, result FROM audit_entries ORDER BY id DESC LIMIT 1`);
    expect(entry).toEqual({ action: 'session.token_reused', result: 'refused' });
  });

  it('ends when a token two generations old is used, even within the grace', async () => {
    const { cookie: first } = await server.signIn();
    const { cookie: second } = await refresh(first);
    const { cookie: third } = await refresh(second);
    expect((await refresh(first)).status).toBe(401);
    expect((await refresh(third)).status).toBe(401);
  });

  it('is not touched by made-up refresh tokens of its id', async () => {
    const { cookie, token } = await server.signIn();
    const forged = Buffer.from(cookie, 'base64url');
    forged.writeUInt8(7, 19);
    for (const text of [forged.toString('base64url'), '', 'x', cookie.slice(0, -1), `${cookie}AAAA`]) {
      expect((await refresh(text)).status).toBe(401);
    }
    expect(await me(token)).toBe(200);
    expect((await refresh(cookie)).status).toBe(200);
  });

  it('is refreshed and ended only by pages of its own or an allowed origin', async () => {
    const { cookie } = await server.signIn();
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) {
      expect((await refresh(cookie, headers)).body).toMatchObject({ code: 'ORIGIN_REFUSED' });
      expect((await server.call('POST /auth/logout', { cookie, headers })).status).toBe(403);
    }
    expect((await refresh(cookie, { origin: server.url })).status).toBe(200);
    expect((await refresh(cookie, { origin: 'https://console.example' })).status).toBe(200);
  });

  it('ends at once in every tab and on every replica by signing out', async () => {
    const { cookie, token } = await server.signIn();
    const out = await server.call('POST /auth/logout', { cookie });
    expect([out.status, out.cookie]).toEqual([204, '']);
    expect((await replica.call('GET /auth/me', { token })).status).toBe(401);
    expect((await refresh(cookie)).status).toBe(401);
    expect((await server.call('POST /auth/logout', { cookie })).status).toBe(204);
  });

  it('ends by signing out with the access token alone', async () => {
    const { cookie, token } = await server.signIn();
    expect((await server.call('POST /auth/logout', { token })).status).toBe(204);
    expect((await refresh(cookie)).status).toBe(401);
  });

  it('runs out', async () => {
    const { cookie, token, user } = await server.signIn();
    await server.dataSource.query('UPDATE sessions SET expires_at = now() WHERE user_id = $1', [user.id]);
    expect(await me(token)).toBe(401);
    expect((await refresh(cookie)).status).toBe(401);
  });

  it('cannot be used with a token signed by another key, without a signature, or of another kind', async () => {
    const { token, cookie } = await server.signIn();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    const flipped = Buffer.from(signature, 'base64url').map((byte, index) => (index === 0 ? byte ^ 1 : byte));
    const forged = [
      `${unsigned}.${payload}.`,
      `${header}.${payload}.${Buffer.from(flipped).toString('base64url')}`,
      cookie,
      'lks_guess',
      'x',
    ];
    expect(await Promise.all(forged.map(me))).toEqual([401, 401, 401, 401, 401]);
  });

  it('of a user that is disabled ends at once, and does not come back with the user', async () => {
    const { token, cookie, user } = await server.addUser('grace', 'operator');
    const { token: admin } = await server.signIn();
    expect(await me(token)).toBe(200);
    const change = (disabled: boolean) => server.call(`PATCH /users/${user.id}`, { token: admin, body: { disabled } });
    expect((await change(true)).status).toBe(200);
    expect(await me(token)).toBe(401);
    expect((await refresh(cookie)).status).toBe(401);
    const again = await server.call('POST /auth/login', {
      body: { username: 'grace', password: 'grace-walrus-cement-opal' },
    });
    expect(again.body).toMatchObject({ code: 'CREDENTIALS_REFUSED' });
    expect((await change(false)).status).toBe(200);
    expect(await me(token)).toBe(401);
  });

  it('is forgotten a month after its end', async () => {
    const { user } = await server.addUser('hedy', 'viewer');
    const count = async (): Promise<number> => {
      const rows: unknown[] = await server.dataSource.query('SELECT FROM sessions WHERE user_id = $1', [user.id]);
      return rows.length;
    };
    const { SessionsService } = await import('./sessions.service.js');
    await server.app.get(SessionsService).prune();
    expect(await count()).toBe(1);
    await server.dataSource.query(`UPDATE sessions SET expires_at = now() - interval '31 days' WHERE user_id = $1`, [
      user.id,
    ]);
    await server.app.get(SessionsService).prune();
    expect(await count()).toBe(0);
  });
});
