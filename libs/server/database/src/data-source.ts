import { DataSource, type DataSourceOptions } from 'typeorm';
import { runMigrations as runWorkerMigrations } from 'graphile-worker';
import { migrations } from './migrations/index.js';
import { PreparingClient } from './prepared-statements.js';

/** `url` is a Postgres address; a folder in `?host=` means a Unix socket. `poolSize` is the most connections held at once. */
export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize?: number;
  readonly entities?: DataSourceOptions['entities'];
}

/** Half of a worker's lease: whatever a lost worker had locked is free before its operations are taken over. */
const mostIdleInTransactionMs = 10_000;

export function dataSourceOptions({ url, poolSize = 20, entities = [] }: DatabaseOptions) {
  return {
    type: 'postgres' as const,
    url,
    entities,
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each' as const,
    synchronize: false,
    logging: false as const,
    poolSize,
    applicationName: 'lockstep',
    connectTimeoutMS: 5_000,
    // A process that is frozen inside a transaction would keep its row locks, and so its operations, from everybody else.
    extra: { idle_in_transaction_session_timeout: mostIdleInTransactionMs, Client: PreparingClient },
    // A listener of errors for idle clients: without one a restart of Postgres would end the process.
    poolErrorHandler: () => undefined,
  };
}

/** Any key will do, as long as every replica uses the same. */
const migrationLock = 7_251_001;

/**
 * Brings the schema up to date, Lockstep's and the job queue's. Safe to run by several replicas at once:
 * an advisory lock lets one go first.
 */
export async function runMigrations(url: string): Promise<void> {
  const dataSource = await new DataSource(dataSourceOptions({ url, poolSize: 2 })).initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await dataSource.runMigrations();
    await runWorkerMigrations({ connectionString: url });
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
    await lock.release();
    await dataSource.destroy();
  }
}
