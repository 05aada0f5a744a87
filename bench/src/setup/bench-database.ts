import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@lockstep/server-database';
import pg from 'pg';

/** The one Postgres of a run, set up as the product's own: what is committed is on the disk. */
export interface BenchDatabase {
  /** Makes an empty database. @returns its address */
  create(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it in a temporary folder. */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-bench-'));
  await chmod(directory, 0o711);
  const dataDirectory = join(directory, 'postgres');
  const server = await startEmbeddedPostgres({ dataDirectory });
  const create = async (name: string): Promise<string> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    await client.end();
    return server.url.replace('@/postgres?', `@/${name}?`);
  };
  const stop = async (): Promise<void> => {
    await server.stop();
    const elsewhere = await readFile(join(dataDirectory, 'location'), 'utf8').catch(() => undefined);
    if (elsewhere !== undefined) await rm(elsewhere.trim(), { recursive: true, force: true });
    await rm(directory, { recursive: true, force: true });
  };
  return { create, stop };
}
