import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AccessKeys, type AuditVerdict, verifyAuditChain } from '@lockstep/server-access';
import { dataSourceOptions } from '@lockstep/server-database';
import { DataSource } from 'typeorm';
import { secretBoxOf } from '../config/app-options.js';
import { type Environment, EnvironmentError, dataDirectoryOf, readEnvironment } from '../config/environment.js';
import { projectDirectory } from '../config/project-directory.js';
import { openDatabase } from '../platform/open-database.js';

/**
 * Verifies the audit chain of the database that the environment names, whether Lockstep runs on it or not. Changes nothing.
 *
 * @throws {EnvironmentError} when there is no Lockstep database, or its master key is not here
 */
export async function verifyConfiguredAudit(variables: NodeJS.ProcessEnv): Promise<AuditVerdict> {
  const environment = readEnvironment(variables);
  const dataDirectory = dataDirectoryOf(environment, projectDirectory);
  assertUsed(environment, dataDirectory);
  const secretBox = await secretBoxOf(environment, dataDirectory);
  const database = await openDatabase(environment, dataDirectory);
  try {
    const dataSource = await new DataSource(dataSourceOptions({ url: database.url, poolSize: 2 })).initialize();
    try {
      await assertInstalled(dataSource);
      return await verifyAuditChain(dataSource, await AccessKeys.load(dataSource, secretBox));
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await database.stop();
  }
}

/** The verdict as lines for a person: the first fault, and how many there are. */
export function describeVerdict({ entries, faults }: AuditVerdict): string {
  const [first] = faults;
  if (first === undefined) return `The audit chain is whole: ${String(entries)} entries.`;
  const more = faults.length === 1 ? '' : ` Faults in all: ${String(faults.length)}.`;
  return `The audit chain is broken at entry ${String(first.entryId)} (${first.kind}): ${first.message}${more}`;
}

/** A start makes a database and a key where there are none; looking at the audit must not. */
function assertUsed(environment: Environment, dataDirectory: string): void {
  if (environment.DATABASE_URL === undefined && !existsSync(join(dataDirectory, 'postgres')))
    throw new EnvironmentError(`There is no database in ${dataDirectory}; set LOCKSTEP_DATA_DIR or DATABASE_URL.`);
  const given = environment.LOCKSTEP_MASTER_KEY ?? environment.LOCKSTEP_MASTER_KEY_FILE;
  if (given === undefined && !existsSync(join(dataDirectory, 'master.key')))
    throw new EnvironmentError(`There is no master key in ${dataDirectory}; set LOCKSTEP_MASTER_KEY or its _FILE.`);
}

async function assertInstalled(dataSource: DataSource): Promise<void> {
  const [found] = await dataSource.query<{ there: boolean }[]>(
    `SELECT to_regclass('installation') IS NOT NULL AND to_regclass('audit_entries') IS NOT NULL AS there`,
  );
  const used = found?.there ? await dataSource.query<unknown[]>('SELECT FROM installation') : [];
  if (used.length === 0) throw new EnvironmentError('Lockstep was never started on this database.');
}
