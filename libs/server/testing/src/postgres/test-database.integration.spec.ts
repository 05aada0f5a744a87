import pg from 'pg';
import { createTestDatabase, type TestDatabase } from './test-database.js';

describe('a test database', () => {
  const databases: TestDatabase[] = [];

  async function connect(): Promise<pg.Client> {
    const database = await createTestDatabase();
    databases.push(database);
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  afterEach(async () => {
    for (const database of databases.splice(0)) await database.drop();
  });

  it('has all migrations and shares nothing with another one', async () => {
    const [first, second] = await Promise.all([connect(), connect()]);
    const migrated = await first.query('select count(*)::int as applied from schema_migrations');
    expect(migrated.rows).toEqual([{ applied: expect.any(Number) as number }]);
    expect((migrated.rows as [{ applied: number }])[0].applied).toBeGreaterThan(0);
    await first.query('create table mine (id int)');
    await expect(second.query('select * from mine')).rejects.toThrow('relation "mine" does not exist');
    await Promise.all([first.end(), second.end()]);
  });

  it('is dropped also while somebody is connected', async () => {
    const client = await connect();
    const ended = new Promise((resolve) => client.once('end', resolve));
    const [database] = databases.splice(0);
    await database?.drop();
    await ended;
    await expect(new pg.Client({ connectionString: database?.url }).connect()).rejects.toThrow('does not exist');
  });
});
