import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { firstValueFrom, timeout } from 'rxjs';
import { AccessEpoch } from './access-epoch.js';
import { type AccessServer, startAccessServer } from './access-server.spec-support.js';

describe('the access epoch', () => {
  let database: TestDatabase;
  let server: AccessServer;
  let replica: AccessServer;
  let token: string;
  let userId: number;
  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startAccessServer(database.url);
    replica = await startAccessServer(database.url);
    token = (await server.signIn()).token;
    userId = (await server.addUser('watched', 'operator')).user.id;
    await server.dataSource.query(
      `INSERT INTO connections (name, host, port, username, platform) VALUES ('one', 'h', 22, 'u', 'systemd')`,
    );
    await pause(1_200);
  });
  afterAll(async () => {
    await Promise.all([server.close(), replica.close()]);
    await database.drop();
  });

  /** Milliseconds from the change on one replica to the word on the other. */
  const heardAfter = async (change: () => Promise<unknown>): Promise<number> => {
    const heard = firstValueFrom(replica.app.get(AccessEpoch).moved.pipe(timeout(3_000)));
    const begin = performance.now();
    await Promise.all([heard, change()]);
    return performance.now() - begin;
  };
  const patch = (body: unknown) => () => server.call(`PATCH /users/${userId}`, { token, body });

  it.each<[string, () => Promise<unknown>]>([
    ['a role', patch({ role: 'viewer' })],
    ['a password', patch({ password: 'lantern-osprey-gravel' })],
    ['disabling', patch({ disabled: true })],
    [
      'a grant',
      () => server.call(`PUT /users/${userId}/grants`, { token, body: { connectionIds: [1], tags: ['web'] } }),
    ],
    ['a tag of a connection', () => server.dataSource.query(`UPDATE connections SET tags = '{db}'`)],
    ['the end of a connection', () => server.dataSource.query('UPDATE connections SET deleted_at = now()')],
    ['a sign-out', async () => server.call('POST /auth/logout', { token: (await server.signIn()).token })],
    [
      'a token’s end',
      async () => {
        const { body } = await server.call('POST /tokens', { token, body: { name: 'x' } });
        await server.call(`DELETE /tokens/${String(body['id'])}`, { token });
      },
    ],
    ['a user’s end', () => server.call(`DELETE /users/${userId}`, { token })],
  ])('tells every replica of %s within a second', async (_what, change) => {
    expect(await heardAfter(change)).toBeLessThan(1_000);
  });

  it('is told within a second and a half even when no notification comes', async () => {
    await server.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lockstep listen' AND datname = current_database()`,
    );
    expect(await heardAfter(() => server.dataSource.query('UPDATE access_epoch SET epoch = epoch + 1'))).toBeLessThan(
      1_500,
    );
  });

  it('does not move when people merely sign in, refresh or look', async () => {
    await pause(1_200);
    let moves = 0;
    const subscription = replica.app.get(AccessEpoch).moved.subscribe(() => (moves += 1));
    const { cookie, token: mine } = await server.signIn();
    await server.call('POST /auth/refresh', { cookie });
    await server.call('GET /users', { token: mine });
    await pause(1_500);
    subscription.unsubscribe();
    expect(moves).toBe(0);
  });
});
