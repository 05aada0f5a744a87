import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ConnectionViewer, User } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { type AccessServer, type Reply, startAccessServer } from '../access-server.spec-support.js';
import { AccessService } from '../access.service.js';

// Each password check takes a core for some 60 ms, and the machine may be busy.
jest.setTimeout(60_000);

describe('users', () => {
  let database: TestDatabase;
  let server: AccessServer;
  let replica: AccessServer;
  let token: string;
  let adminId: number;
  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startAccessServer(database.url);
    replica = await startAccessServer(database.url);
    const signedIn = await server.signIn();
    token = signedIn.token;
    adminId = signedIn.user.id;
  });
  afterAll(async () => {
    await Promise.all([server.close(), replica.close()]);
    await database.drop();
  });

  const create = (username: string, role = 'viewer', password = 'walrus-cement-opal'): Promise<Reply<User>> =>
    server.call<User>('POST /users', { token, body: { username, role, password } });
  const addConnection = async (name: string, tags: string[] = []): Promise<number> => {
    const rows: { id: number }[] = await server.dataSource.query(
      `INSERT INTO connections (name, host, port, username, platform, tags) VALUES ($1, 'h', 22, 'u', 'systemd', $2) RETURNING id`,
      [name, tags],
    );
    return rows[0]?.id ?? 0;
  };

  it('are made, listed in pages, changed and removed', async () => {
    const { status, body } = await create('linus');
    expect(status).toBe(201);
    expect(body).toEqual({
      id: body.id,
      username: 'linus',
      role: 'viewer',
      disabled: false,
      grants: { connectionIds: [], tags: [] },
      createdAt: expect.stringMatching(/Z$/),
      lastSignInAt: null,
    });
    const first = await server.call<{ items: User[]; nextCursor: string; total: number }>('GET /users?limit=1', {
      token,
    });
    expect([first.body.items.length, first.body.total]).toEqual([1, 2]);
    const second = await server.call<{ items: User[]; nextCursor: null }>(
      `GET /users?limit=1&cursor=${first.body.nextCursor}`,
      { token },
    );
    expect([second.body.items[0]?.username, second.body.nextCursor]).toEqual(['linus', null]);
    const changed = await server.call<User>(`PATCH /users/${body.id}`, {
      token,
      body: { username: 'torvalds', role: 'operator' },
    });
    expect(changed.body).toMatchObject({ username: 'torvalds', role: 'operator' });
    expect((await server.call(`DELETE /users/${body.id}`, { token })).status).toBe(204);
    for (const line of [`PATCH /users/${body.id}`, `DELETE /users/${body.id}`, `PUT /users/${body.id}/grants`]) {
      const answer = await server.call(line, {
        token,
        body: line.startsWith('PUT') ? { connectionIds: [], tags: [] } : {},
      });
      expect(answer.body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });

  it('never show a password or its hash', async () => {
    await create('hash-check');
    const text = JSON.stringify([
      (await server.call('GET /users', { token })).body,
      (await server.call('GET /audit', { token })).body,
    ]);
    expect(text).not.toContain('argon2');
    expect(text).not.toContain('walrus-cement-opal');
  });

  it('have names of their own whatever the case, also when two are made at once', async () => {
    const replies = await Promise.all([create('Dennis'), create('dennis'), create('DENNIS')]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'NAME_TAKEN',
      errors: [{ path: 'body.username', message: 'this name is taken' }],
    });
    const other = await create('brian');
    expect((await server.call(`PATCH /users/${other.body.id}`, { token, body: { username: 'dennis' } })).status).toBe(
      409,
    );
  });

  it.each([
    ['a short password', { username: 'x', role: 'viewer', password: 'short' }, 'body.password'],
    [
      'a password made of the user name',
      { username: 'katherine', role: 'viewer', password: 'Katherine2024!' },
      'body.password',
    ],
    ['an unknown role', { username: 'x', role: 'root', password: 'walrus-cement-opal' }, 'body.role'],
    ['a name with spaces', { username: 'a b', role: 'viewer', password: 'walrus-cement-opal' }, 'body.username'],
  ])('are not made with %s', async (_what, body, path) => {
    const reply = await server.call('POST /users', { token, body });
    expect(reply.body).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', errors: [{ path }] });
  });

  it('refuse a cursor that is none', async () => {
    expect((await server.call('GET /users?cursor=nonsense', { token })).body).toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('have the role as it is now, not as it was at sign-in', async () => {
    const { token: theirs, user } = await server.addUser('barbara', 'administrator');
    expect((await server.call('GET /users', { token: theirs })).status).toBe(200);
    await server.call(`PATCH /users/${user.id}`, { token, body: { role: 'viewer' } });
    const refused = await replica.call('GET /users', { token: theirs });
    expect(refused.body).toMatchObject({ status: 403, code: 'PERMISSION_DENIED' });
    expect((await replica.call('GET /auth/me', { token: theirs })).body).toMatchObject({ role: 'viewer' });
  });

  it('lose their sessions when an administrator sets their password', async () => {
    const { token: theirs, user } = await server.addUser('radia', 'viewer');
    await server.call(`PATCH /users/${user.id}`, { token, body: { password: 'lantern-osprey-gravel' } });
    expect((await server.call('GET /auth/me', { token: theirs })).status).toBe(401);
    await server.signIn({ username: 'radia', password: 'lantern-osprey-gravel' });
  });

  describe('the last administrator', () => {
    it('cannot be removed, disabled or made less', async () => {
      await create('disabled-admin', 'administrator').then(({ body }) =>
        server.call(`PATCH /users/${body.id}`, { token, body: { disabled: true } }),
      );
      const tries = [
        await server.call(`DELETE /users/${adminId}`, { token }),
        await server.call(`PATCH /users/${adminId}`, { token, body: { disabled: true } }),
        await server.call(`PATCH /users/${adminId}`, { token, body: { role: 'operator' } }),
      ];
      for (const { body } of tries) expect(body).toMatchObject({ status: 409, code: 'LAST_ADMINISTRATOR' });
      expect(
        (await server.call(`PATCH /users/${adminId}`, { token, body: { role: 'administrator', disabled: false } }))
          .status,
      ).toBe(200);
    });

    it('stays when administrators remove each other at the same moment', async () => {
      for (let round = 0; round < 8; round += 1) {
        const other = await server.addUser(`rival${round}`, 'administrator');
        const how = round % 2 === 0 ? { role: 'viewer' } : { disabled: true };
        const [one, two] = await Promise.all([
          server.call(`PATCH /users/${other.user.id}`, { token, body: how }),
          replica.call(`PATCH /users/${adminId}`, { token: other.token, body: how }),
        ]);
        const left: unknown[] = await server.dataSource.query(
          `SELECT FROM users WHERE role = 'administrator' AND NOT disabled`,
        );
        expect(left).toHaveLength(1);
        // The slower one was refused: as the last, or as no longer signed in or permitted.
        expect([one.status, two.status].filter((status) => status === 200)).toHaveLength(1);
        expect([401, 403, 409]).toContain([one.status, two.status].find((status) => status !== 200));
        await server.dataSource.query(`UPDATE users SET role = 'administrator', disabled = false WHERE id = $1`, [
          adminId,
        ]);
        await server.dataSource.query(`UPDATE users SET role = 'viewer' WHERE id = $1`, [other.user.id]);
        token = (await server.signIn()).token;
      }
    });
  });

  describe('grants', () => {
    it('decide what a user sees, by id and by tag, and are replaced as a whole', async () => {
      const [first, second, third] = [
        await addConnection('first'),
        await addConnection('second', ['web']),
        await addConnection('third', ['db']),
      ];
      const { body: user } = await create('margaret');
      const access = server.app.get(AccessService);
      const sees = async (): Promise<number[]> =>
        (await access.visibleConnectionIds(user.id)).toSorted((one, other) => one - other);
      expect(await sees()).toEqual([]);
      const grant = (connectionIds: number[], tags: string[]) =>
        server.call<User>(`PUT /users/${user.id}/grants`, { token, body: { connectionIds, tags } });
      expect((await grant([first, first], ['web', 'web', 'later'])).body.grants).toEqual({
        connectionIds: [first],
        tags: ['later', 'web'],
      });
      expect(await sees()).toEqual([first, second]);
      expect((await grant([third], [])).body.grants).toEqual({ connectionIds: [third], tags: [] });
      expect(await sees()).toEqual([third]);
      expect((await access.visibleConnectionIds(adminId)).length).toBeGreaterThanOrEqual(3);
      await server.dataSource.query('UPDATE connections SET deleted_at = now() WHERE id = $1', [third]);
      expect(await sees()).toEqual([]);
      expect((await grant([], [])).body.grants).toEqual({ connectionIds: [], tags: [] });
    });

    it('are told of a connection with their reason: role, the connection itself, its tags', async () => {
      const id = await addConnection('seen by some', ['core', 'web']);
      const operator = { role: 'operator', byRole: false, disabled: false };
      const make = async (name: string) => (await create(name, 'operator')).body.id;
      const [byTags, byId, both, nothing] = [
        await make('klara'),
        await make('mileva'),
        await make('ingrid'),
        await make('odile'),
      ];
      const grant = (user: number, connectionIds: number[], tags: string[]) =>
        server.call(`PUT /users/${user}/grants`, { token, body: { connectionIds, tags } });
      await grant(byTags, [], ['web', 'core', 'elsewhere']);
      await grant(byId, [id], []);
      await grant(both, [id], ['web']);
      await grant(nothing, [], ['elsewhere']);
      await server.call(`PATCH /users/${byId}`, { token, body: { disabled: true } });
      const { body } = await server.call<{ items: ConnectionViewer[] }>(`GET /connections/${id}/viewers`, { token });
      expect(body.items[0]).toMatchObject({ role: 'administrator', byRole: true });
      const made = [byTags, byId, both, nothing];
      expect(body.items.filter(({ userId }) => made.includes(userId))).toEqual([
        { ...operator, userId: both, username: 'ingrid', byConnection: true, byTags: ['web'] },
        { ...operator, userId: byTags, username: 'klara', byConnection: false, byTags: ['core', 'web'] },
        { ...operator, userId: byId, username: 'mileva', byConnection: true, byTags: [], disabled: true },
      ]);
      await server.dataSource.query('UPDATE connections SET deleted_at = now() WHERE id = $1', [id]);
      expect((await server.call(`GET /connections/${id}/viewers`, { token })).body).toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    it('of unknown connections are refused and change nothing', async () => {
      const known = await addConnection('known');
      const { body: user } = await create('joan');
      const put = (connectionIds: number[]) =>
        server.call(`PUT /users/${user.id}/grants`, { token, body: { connectionIds, tags: [] } });
      await put([known]);
      const refused = await put([known, 999_999]);
      expect(refused.body).toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
        errors: [{ path: 'body.connectionIds.1' }],
      });
      const { body } = await server.call<{ items: User[] }>('GET /users?limit=500', { token });
      expect(body.items.find(({ id }) => id === user.id)?.grants.connectionIds).toEqual([known]);
    });

    it('hide a connection exactly as if it did not exist', async () => {
      const hidden = await addConnection('hidden');
      const { user, token: theirs } = await server.addUser('annie', 'operator');
      const access = server.app.get(AccessService);
      const actor = await access.authenticate(theirs);
      if (actor === undefined) throw new Error('not signed in');
      const failure = (id: number) =>
        access.assertVisible(actor, id).then(
          () => 'seen',
          (error: unknown) => JSON.stringify(error),
        );
      expect(await failure(hidden)).toBe(await failure(999_999));
      expect(await failure(hidden)).not.toBe('seen');
      await server.call(`PUT /users/${user.id}/grants`, { token, body: { connectionIds: [hidden], tags: [] } });
      expect(await failure(hidden)).toBe('seen');
    });
  });

  it('leave an audit entry with every change, and none without', async () => {
    const count = async (): Promise<number> => {
      const rows: unknown[] = await server.dataSource.query('SELECT FROM audit_entries');
      return rows.length;
    };
    const before = await count();
    await create('dennis');
    expect(await count()).toBe(before);
    const { body } = await create('frances');
    const audit = await server.call<{ items: unknown[]; nextCursor: string }>('GET /audit?limit=1', { token });
    expect(audit.body.items).toEqual([
      {
        id: before + 1,
        at: expect.stringMatching(/Z$/),
        actor: { kind: 'user', id: String(adminId), name: 'ada' },
        action: 'user.created',
        subject: `user:${body.id}`,
        result: 'ok',
        detail: { username: 'frances', role: 'viewer' },
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    const next = await server.call<{ items: { id: number }[] }>(`GET /audit?limit=1&cursor=${audit.body.nextCursor}`, {
      token,
    });
    expect(next.body.items[0]?.id).toBe(before);
  });
});
