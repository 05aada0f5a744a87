import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { type EmbeddedPostgres, dataSourceOptions, prepared, startEmbeddedPostgres } from './index.js';

describe('a statement marked as prepared', () => {
  let directory: string;
  let server: EmbeddedPostgres;
  let dataSource: DataSource;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lockstep-prepared-'));
    await chmod(directory, 0o755);
    server = await startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres') });
    dataSource = await new DataSource(dataSourceOptions({ url: server.url, poolSize: 1 })).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await server.stop();
    await rm(directory, { recursive: true });
  });

  const planned = (): Promise<{ statement: string; runs: number }[]> =>
    dataSource.query(
      `SELECT statement, (generic_plans + custom_plans)::integer AS runs FROM pg_prepared_statements ORDER BY statement`,
    );

  it('is sent to Postgres once and run by its name from then on', async () => {
    const statement = prepared('SELECT $1::integer + 1 AS sum');
    for (const number of [1, 2, 3]) {
      expect(await dataSource.query(statement, [number])).toEqual([{ sum: number + 1 }]);
    }
    expect(await planned()).toEqual([{ statement, runs: 3 }]);
  });

  it('rolls back with its transaction and leaves its session usable when it fails', async () => {
    const divide = prepared('SELECT 1 / $1::integer AS part');
    await expect(dataSource.transaction((transaction) => transaction.query(divide, [0]))).rejects.toThrow(
      'division by zero',
    );
    expect(await dataSource.query(divide, [1])).toEqual([{ part: 1 }]);
  });

  it('is the only kind that is kept', async () => {
    const before = await planned();
    await dataSource.query('SELECT $1::text', ['once']);
    expect(await planned()).toHaveLength(before.length);
  });
});
