import { randomBytes } from 'node:crypto';
import { runMigrations } from '@lockstep/server-database';
import pg from 'pg';
import { waitUntil } from '../process/wait-until.js';
import { joinTestServer } from './test-server.js';

const templateName = 'lockstep_template';
/** Any number that nothing else in this server locks. */
const templateLock = 7_251_002;

/** A database of its own for one test file, migrated, on a real Postgres. */
export interface TestDatabase {
  url: string;
  /** Removes it, also when somebody is still connected. */
  drop(): Promise<void>;
}

/** Makes a migrated, otherwise empty database. The migrations run once in a test run; each database is a copy (40 ms). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await joinTestServer();
  const name = `test_${randomBytes(8).toString('hex')}`;
  try {
    await withClient(server.url, async (client) => {
      await ensureTemplate(client, server.url);
      await client.query(`create database ${name} template ${templateName}`);
    });
  } catch (error) {
    await server.release();
    throw error;
  }
  return {
    url: urlOfDatabase(server.url, name),
    drop: async () => {
      await withClient(server.url, (client) => client.query(`drop database if exists ${name} with (force)`));
      await server.release();
    },
  };
}

/** The address of another database on the same server. */
function urlOfDatabase(serverUrl: string, name: string): string {
  return serverUrl.replace('@/postgres?', `@/${name}?`);
}

async function ensureTemplate(client: pg.Client, serverUrl: string): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [templateLock]);
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [templateName]);
    if (found.rowCount) return;
    const unfinished = `${templateName}_unfinished`;
    await client.query(`drop database if exists ${unfinished} with (force)`);
    await client.query(`create database ${unfinished}`);
    await runMigrations(urlOfDatabase(serverUrl, unfinished));
    // Connections that have just been closed may linger for a moment, and a renamed database must have none. They are
    // waited for: one that was terminated would still tell its client, whose error nobody listens to any more.
    await waitUntil(`nobody is connected to ${unfinished}`, async () => {
      const open = await client.query('select 1 from pg_stat_activity where datname = $1', [unfinished]);
      return open.rowCount === 0 || undefined;
    });
    await client.query(`alter database ${unfinished} rename to ${templateName}`);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [templateLock]);
  }
}

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
