import { resolve } from 'node:path';
import { startEmbeddedPostgres } from '@lockstep/server-database';
import type { Environment } from '../config/environment.js';

/** The database that the environment names, or the embedded one, started or joined. `stop` leaves it to others that use it. */
export async function openDatabase(
  environment: Environment,
  dataDirectory: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  if (environment.DATABASE_URL !== undefined) return { url: environment.DATABASE_URL, stop: () => Promise.resolve() };
  const onNotice = (message: string): void => void process.stderr.write(`${message}\n`);
  return startEmbeddedPostgres({ dataDirectory: resolve(dataDirectory, 'postgres'), onNotice });
}
