import { randomBytes } from 'node:crypto';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runAs } from './account.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { isCluster, type Cluster } from './placement.js';

/**
 * What every embedded server runs with. No port is opened; only its own user and root pass the 0700 socket, so trust
 * authentication needs no password that could be lost. Statements stay out of the log, because they may carry secrets.
 */
const baseSettings: Record<string, string> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  fsync: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

/** Makes the database unless it exists. A start that is killed in between leaves nothing that looks like one. */
export async function ensureCluster(cluster: Cluster): Promise<void> {
  if (await isCluster(cluster.directory)) return;
  const unfinished = `${cluster.directory}.new-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(unfinished, { mode: 0o700 });
    if (cluster.account) await chown(unfinished, cluster.account.uid, cluster.account.gid);
    await initialise(cluster, unfinished);
    await rename(unfinished, cluster.directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another process that started at the same moment was first; its database is as good.
    if (!(await isCluster(cluster.directory))) throw error;
  }
  if (cluster.directory !== cluster.requestedDirectory) {
    await writeFile(join(cluster.requestedDirectory, 'location'), `${cluster.directory}\n`);
  }
}

/** Writes the settings anew, so that a later version of Lockstep can change them. */
export async function writeSettings(cluster: Cluster, socketDirectory: string): Promise<void> {
  const settings = {
    ...baseSettings,
    ...cluster.settings,
    unix_socket_directories: `"${socketDirectory.replaceAll('"', '""')}"`,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replace(/['\\]/g, '$&$&')}'\n`);
  await writeAs(
    cluster,
    'lockstep.conf',
    `# Written at each start. Put your own settings into postgresql.conf.\n${lines.join('')}`,
  );
}

async function initialise(cluster: Cluster, directory: string): Promise<void> {
  const { account, binaries } = cluster;
  // Byte order never changes with a library's version, so indexes survive upgrades; see the library's README.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--username=postgres', '--auth=trust'];
  await runAs(account, [binaries.initdb, '-D', directory, ...access, ...locale]).catch((error: unknown) => {
    throw new EmbeddedPostgresError(`initdb failed in ${directory}. ${wordsOf(error)}`, { cause: error });
  });
  await runAs(account, [
    '/bin/sh',
    '-c',
    `echo "include 'lockstep.conf'" >> "$1"`,
    'sh',
    join(directory, 'postgresql.conf'),
  ]);
}

/** Written by the account itself: root must not follow a link that somebody put into another user's folder. */
async function writeAs(cluster: Cluster, file: string, text: string): Promise<void> {
  const script = 'umask 077; cat > "$1.new" && mv "$1.new" "$1"';
  const writer = runAs(cluster.account, ['/bin/sh', '-c', script, 'sh', join(cluster.directory, file)]);
  writer.child.stdin?.end(text);
  await writer;
}

function wordsOf(error: unknown): string {
  const { stderr = '' } = error as { stderr?: string };
  return stderr.trim() || String(error);
}
