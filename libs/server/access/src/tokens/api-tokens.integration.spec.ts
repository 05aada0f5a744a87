import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiToken, IssuedToken } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { type AccessServer, type Reply, startAccessServer } from '../access-server.spec-support.js';
import { AccessService } from '../access.service.js';

describe('an API token', () => {
  let database: TestDatabase;
  let server: AccessServer;
  let admin: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startAccessServer(database.url);
    admin = (await server.signIn()).token;
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  const issue = (token: string, body: unknown): Promise<Reply<IssuedToken>> =>
    server.call<IssuedToken>('POST /tokens', { token, body });
  const list = async (token: string): Promise<ApiToken[]> =>
    (await server.call<{ items: ApiToken[] }>('GET /tokens', { token })).body.items;

  it('is shown once, kept as a hash, and works as its owner', async () => {
    const { status, body } = await issue(admin, { name: 'pipeline' });
    expect(status).toBe(201);
    expect(body.token).toMatch(/^lks_[\w-]{43}$/);
    expect(body).toMatchObject({ name: 'pipeline', role: 'administrator', expiresAt: null, lastUsedAt: null });
    expect(JSON.stringify(await list(admin))).not.toContain('lks_');
    const [row] = await server.dataSource.query('SELECT t::text AS row FROM api_tokens t WHERE id = $1', [body.id]);
    expect(row.row).not.toContain(body.token);
    expect((await server.call('GET /users', { token: body.token })).status).toBe(200);
    const actor = await server.app.get(AccessService).authenticate(body.token);
    expect(actor).toMatchObject({
      kind: 'token',
      id: String(body.id),
      name: 'pipeline (ada)',
      role: 'administrator',
      expiresAt: null,
    });
  });

  it('does no more than its role, and no more than its owner may now', async () => {
    const { token, user } = await server.addUser('owner', 'administrator');
    const { body: full } = await issue(token, { name: 'full' });
    const { body: capped } = await issue(token, { name: 'capped', role: 'viewer' });
    const users = async (with_: string): Promise<number> => (await server.call('GET /users', { token: with_ })).status;
    expect([await users(full.token), await users(capped.token)]).toEqual([200, 403]);
    await server.call(`PATCH /users/${user.id}`, { token: admin, body: { role: 'operator' } });
    expect(await users(full.token)).toBe(403);
    expect((await server.app.get(AccessService).authenticate(full.token))?.role).toBe('operator');
    expect((await server.app.get(AccessService).authenticate(capped.token))?.role).toBe('viewer');
  });

  it('cannot have a role beyond its maker’s', async () => {
    const { token } = await server.addUser('modest', 'operator');
    expect((await issue(token, { name: 'x', role: 'administrator' })).body).toMatchObject({
      status: 403,
      code: 'PERMISSION_DENIED',
    });
    expect((await issue(token, { name: 'x' })).body).toMatchObject({ role: 'operator' });
  });

  it('cannot make tokens or change the password, so that it ends with its revocation', async () => {
    const { body } = await issue(admin, { name: 'parent' });
    expect((await issue(body.token, { name: 'child' })).status).toBe(403);
    const change = { currentPassword: 'umbrella-tundra-violin', password: 'lantern-osprey-gravel' };
    expect((await server.call('POST /auth/password', { token: body.token, body: change })).status).toBe(403);
  });

  it('ends when it is revoked, at its time, and while its owner is disabled', async () => {
    const { token, user } = await server.addUser('ending', 'viewer');
    const me = async (with_: string): Promise<number> => (await server.call('GET /auth/me', { token: with_ })).status;
    const [{ body: revoked }, { body: expiring }, { body: kept }] = [
      await issue(token, { name: 'revoked' }),
      await issue(token, { name: 'expiring', expiresAt: new Date(Date.now() + 60_000).toISOString() }),
      await issue(token, { name: 'kept' }),
    ];
    expect([await me(revoked.token), await me(expiring.token)]).toEqual([200, 200]);
    expect((await server.call(`DELETE /tokens/${revoked.id}`, { token })).status).toBe(204);
    expect((await server.call(`DELETE /tokens/${revoked.id}`, { token })).status).toBe(404);
    await server.dataSource.query('UPDATE api_tokens SET expires_at = now() WHERE id = $1', [expiring.id]);
    expect([await me(revoked.token), await me(expiring.token), await me(kept.token)]).toEqual([401, 401, 200]);
    expect((await list(token)).map(({ name }) => name)).toEqual(['expiring', 'kept']);
    await server.call(`PATCH /users/${user.id}`, { token: admin, body: { disabled: true } });
    expect(await me(kept.token)).toBe(401);
    await server.call(`DELETE /users/${user.id}`, { token: admin });
    expect(await me(kept.token)).toBe(401);
  });

  it('of another user does not exist for one', async () => {
    const { token } = await server.addUser('neighbour', 'administrator');
    const { body } = await issue(admin, { name: 'mine' });
    expect((await server.call(`DELETE /tokens/${body.id}`, { token })).body).toMatchObject({ code: 'NOT_FOUND' });
    expect(await list(token)).toEqual([]);
  });

  it('must not have run out when it is made', async () => {
    const reply = await issue(admin, { name: 'late', expiresAt: '2020-01-01T00:00:00Z' });
    expect(reply.body).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', errors: [{ path: 'body.expiresAt' }] });
  });

  it('notes its use, at most once a minute', async () => {
    const { body } = await issue(admin, { name: 'used' });
    const lastUse = async (): Promise<string | null | undefined> =>
      (await list(admin)).find(({ id }) => id === body.id)?.lastUsedAt;
    expect(await lastUse()).toBeNull();
    await server.call('GET /auth/me', { token: body.token });
    const first = await lastUse();
    expect(Date.now() - Date.parse(first ?? '')).toBeLessThan(10_000);
    await server.call('GET /auth/me', { token: body.token });
    expect(await lastUse()).toBe(first);
    await server.dataSource.query(`UPDATE api_tokens SET last_used_at = now() - interval '61 seconds' WHERE id = $1`, [
      body.id,
    ]);
    await server.call('GET /auth/me', { token: body.token });
    expect(Date.parse((await lastUse()) ?? '')).toBeGreaterThanOrEqual(Date.parse(first ?? ''));
  });

  it('is told from others in one look by those who hold live sockets', async () => {
    const access = server.app.get(AccessService);
    const { token: session, user } = await server.addUser('live', 'operator');
    const [{ body: one }, { body: two }] = [
      await issue(session, { name: 'one' }),
      await issue(session, { name: 'two' }),
    ];
    const actors = await Promise.all([session, one.token, two.token, admin].map((token) => access.authenticate(token)));
    const known = actors.filter((actor) => actor !== undefined);
    expect(known).toHaveLength(4);
    expect(await access.stillValid(known)).toEqual(known);
    await server.call(`DELETE /tokens/${one.id}`, { token: session });
    await server.call(`PATCH /users/${user.id}`, { token: admin, body: { role: 'viewer' } });
    const now = await access.stillValid(known);
    expect(now.map((actor) => actor?.role)).toEqual(['viewer', undefined, 'viewer', 'administrator']);
    const expired = known.map((actor) => ({ ...actor, expiresAt: new Date(Date.now() - 1) }));
    expect(await access.stillValid(expired)).toEqual([undefined, undefined, undefined, undefined]);
    expect(await access.stillValid([])).toEqual([]);
  });
});
