import { randomBytes } from 'node:crypto';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import { type TestDatabase, createTestDatabase, waitUntil } from '@lockstep/server-testing';
import { CredentialRotation } from '../src/reach/credential-rotation.js';
import { SshReach } from '../src/reach/ssh-reach.service.js';
import { ConnectionsServer } from './connections-server.js';

const newKey = (): MasterKey => MasterKey.parse(MasterKey.generate(), 'test');

describe('a new master key', () => {
  const [old, fresh] = [newKey(), newKey()];
  let database: TestDatabase;
  let server: ConnectionsServer;
  const ids: number[] = [];

  const restart = async (secretBox: SecretBox): Promise<void> => {
    await server.stop();
    server = await ConnectionsServer.start(database.url, { secretBox });
  };
  const stale = async (box: SecretBox): Promise<number> => {
    const rows = await server.dataSource.query<{ sealed: Buffer }[]>(
      'SELECT sealed FROM credentials UNION ALL SELECT sealed_key FROM installation',
    );
    return rows.filter(({ sealed }) => box.isStale(sealed)).length;
  };
  const passwordOf = async (id: number): Promise<unknown> => {
    const { target } = await server.application.get(SshReach).find(id);
    return target.credential();
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await ConnectionsServer.start(database.url, { secretBox: new SecretBox(old) });
    for (const name of ['one', 'two', 'three'])
      ids.push((await server.add({ name, credential: { kind: 'password', password: `secret of ${name}` } })).id);
    await server.dataSource.query(
      `INSERT INTO connections (name, host, port, username, platform)
       SELECT 'many ' || n, 'localhost', 22, 'root', 'systemd' FROM generate_series(1, 700) n`,
    );
    const many = await server.dataSource.query<{ id: number }[]>(`SELECT id FROM connections WHERE name LIKE 'many %'`);
    const box = new SecretBox(old);
    await server.dataSource.query(
      `INSERT INTO credentials (connection_id, kind, sealed) SELECT id, 'password', decode(sealed, 'hex')
       FROM unnest($1::integer[], $2::text[]) AS given (id, sealed)`,
      [
        many.map(({ id }) => id),
        many.map(({ id }) =>
          box
            .seal(randomBytes(20).toString('hex'), { table: 'credentials', column: 'sealed', row: id })
            .toString('hex'),
        ),
      ],
    );
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  it('wraps every stored secret anew in the background, after which the old key is needed no more', async () => {
    await restart(new SecretBox(fresh, [old]));
    expect(await passwordOf(ids[0] ?? 0)).toEqual({ kind: 'password', password: 'secret of one' });
    await waitUntil('nothing is wrapped by the old key', async () =>
      (await stale(new SecretBox(fresh))) === 0 ? true : undefined,
    );
    await restart(new SecretBox(fresh));
    expect(await passwordOf(ids[1] ?? 0)).toEqual({ kind: 'password', password: 'secret of two' });
  });

  it('leaves alone, and counts, what was wrapped by a key that is not here', async () => {
    const foreign = new SecretBox(newKey()).seal('x', { table: 'credentials', column: 'sealed', row: ids[2] ?? 0 });
    await server.dataSource.query('UPDATE credentials SET sealed = $1 WHERE connection_id = $2', [foreign, ids[2]]);
    expect(await server.application.get(CredentialRotation).rotate()).toEqual({ rewrapped: 0, unreadable: 1 });
  });
});
