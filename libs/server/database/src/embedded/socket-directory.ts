import { createHash } from 'node:crypto';
import { chown, lstat, mkdir } from 'node:fs/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import type { Cluster } from './placement.js';

/** The longest socket path that both Linux and macOS take, less the name of Postgres' socket file. */
const longestPath = 103 - '/.s.PGSQL.5432'.length;

/** Where the socket goes when the data folder's own path is too long for one. Always the same for one data folder. */
export function shortSocketDirectory(directory: string): string {
  return `/tmp/lockstep-postgres-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`;
}

/** The folder of the server's socket: the data folder itself where its path is short enough. */
export async function makeSocketDirectory({ directory, account }: Cluster): Promise<string> {
  if (Buffer.byteLength(directory) <= longestPath) return directory;
  const short = shortSocketDirectory(directory);
  const owner = account?.uid ?? process.getuid?.();
  const created = await mkdir(short, { mode: 0o700 }).then(
    () => true,
    () => false,
  );
  if (created && account) await chown(short, account.uid, account.gid);
  // The folder above is everybody's: what stands there already must be ours and nobody else's.
  const found = await lstat(short);
  if (found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0) return short;
  throw new EmbeddedPostgresError(
    `the path ${directory} is too long for a socket, and ${short} belongs to somebody else. Choose a shorter LOCKSTEP_DATA_DIR.`,
  );
}
