import { randomBytes } from 'node:crypto';
import { access, chmod, chown, mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { accountForPostgres, canAccess, runAs, type Account } from './account.js';
import { binariesFor, type Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Where root keeps what Postgres' own user must reach and cannot reach in the folder that was asked for. */
const systemDirectory = '/var/lib/lockstep';

/** A Postgres cluster (its data folder) with all that is needed to run it. */
export interface Cluster {
  directory: string;
  /** What the caller asked for. When the data is elsewhere, its file `location` says where. */
  requestedDirectory: string;
  account: Account | undefined;
  binaries: Binaries;
  settings: Record<string, string>;
  environment: Record<string, string>;
}

/** Decides which user runs Postgres, with which binaries and in which folder. Makes the folders; creates no database. */
export async function placeCluster(
  requestedDirectory: string,
  additions: Pick<Cluster, 'settings' | 'environment'>,
): Promise<Cluster> {
  const dataDirectory = resolve(requestedDirectory);
  const elsewhere = await readFile(join(dataDirectory, 'location'), 'utf8').catch(() => undefined);
  const preferred = elsewhere?.trim() ?? dataDirectory;
  const account = await accountForPostgres(preferred);
  const binaries = await binariesFor(account, systemDirectory);
  const directory = elsewhere === undefined ? await reachableDirectory(dataDirectory, account) : preferred;
  if (elsewhere !== undefined && !(await isCluster(directory))) {
    throw new EmbeddedPostgresError(
      `${dataDirectory}/location says that the database is in ${directory}, and there is none. ` +
        'Restore that folder, or remove the file to begin with an empty database.',
    );
  }
  if (await isCluster(directory)) await checkExisting(directory, { account, binaries });
  return { directory, requestedDirectory: dataDirectory, account, binaries, ...additions };
}

/** Whether the folder holds a database. */
export function isCluster(directory: string): Promise<boolean> {
  return access(join(directory, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

async function reachableDirectory(dataDirectory: string, account: Account | undefined): Promise<string> {
  const others = await makeDirectory(dataDirectory).catch((error: unknown) => {
    throw new EmbeddedPostgresError(
      `this user cannot use the folder ${dataDirectory} (${String(error)}). ` +
        'Start Lockstep as the user who owns it, or choose another LOCKSTEP_DATA_DIR.',
    );
  });
  if (await isCluster(dataDirectory)) return dataDirectory;
  if (others.length > 0) {
    throw new EmbeddedPostgresError(
      `${dataDirectory} holds other files (${others[0]}) and no database. Choose an empty folder.`,
    );
  }
  if (!account) return dataDirectory;
  await chown(dataDirectory, account.uid, account.gid);
  await chmod(dataDirectory, 0o700);
  if (await canAccess(account, '-w', [dataDirectory])) return dataDirectory;
  return systemWideDirectory(dataDirectory);
}

/** A new name each time: a folder that was deleted and made again must not find its predecessor's database. */
async function systemWideDirectory(dataDirectory: string): Promise<string> {
  const directory = join(systemDirectory, `postgres-${randomBytes(6).toString('hex')}`);
  await mkdir(systemDirectory, { recursive: true });
  await chmod(systemDirectory, 0o755);
  await chown(dataDirectory, 0, 0);
  return directory;
}

/**
 * Makes the folder and its missing parents; those, unlike under umask 077, can be passed through by Postgres' user.
 *
 * @returns the names in the folder
 */
async function makeDirectory(directory: string): Promise<string[]> {
  const first = await mkdir(directory, { recursive: true });
  if (first !== undefined && process.getuid?.() === 0) {
    for (let path = dirname(directory); path.length >= first.length; path = dirname(path)) await chmod(path, 0o711);
  }
  return readdir(directory);
}

async function checkExisting(directory: string, { account, binaries }: Pick<Cluster, 'account' | 'binaries'>) {
  const owner = (await stat(join(directory, 'PG_VERSION'))).uid;
  // Restored from a copy by root; Postgres' user could not read it.
  if (account && owner === 0) await runAs(undefined, ['chown', '-R', `${account.uid}:${account.gid}`, directory]);
  await chmod(directory, 0o700).catch(() => undefined);
  const { uid } = await stat(join(directory, 'PG_VERSION'));
  if (uid !== (account?.uid ?? process.getuid?.())) {
    throw new EmbeddedPostgresError(
      `the database in ${directory} belongs to the user with id ${uid}. Start Lockstep as that user or as root, ` +
        'or change the owner of the whole folder.',
    );
  }
  if (!(await canAccess(account, '-w', [directory]))) {
    throw new EmbeddedPostgresError(
      `the user with id ${uid}, who owns the database in ${directory}, can no longer reach it. ` +
        'Give the parent folders the mode o+x again.',
    );
  }
  const version = (await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim();
  if (version === binaries.majorVersion) return;
  throw new EmbeddedPostgresError(
    `the database in ${directory} was made by Postgres ${version} and the installed binaries are ${binaries.version}. ` +
      'Dump it with the earlier version of Lockstep and restore it into an empty folder.',
  );
}
