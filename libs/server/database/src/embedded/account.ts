import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

const execute = promisify(execFile);

/** A user of this machine under which Postgres runs. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * The account that Postgres must be started under, or undefined for the current user's own.
 *
 * Postgres refuses to run as root. A cluster that exists stays with its owner, so that one made by an ordinary user can
 * still be started by that user after root once did.
 */
export async function accountForPostgres(clusterDirectory: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await ownerOf(`${clusterDirectory}/PG_VERSION`);
  if (owner && owner.uid !== 0) return owner;
  // An entry in the user database is needed: initdb looks its own name up.
  const account = (await lookUp('postgres')) ?? (await lookUp('nobody'));
  if (account) return account;
  throw new EmbeddedPostgresError(
    'Postgres refuses to run as root, and this machine has neither a user "postgres" nor "nobody". Create one ' +
      '(useradd --system postgres), start Lockstep as an ordinary user, or set DATABASE_URL.',
  );
}

async function ownerOf(path: string): Promise<Account | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { uid: found.uid, gid: found.gid };
}

async function lookUp(name: string): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all([identifier('-u', name), identifier('-g', name)]);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

async function identifier(flag: '-u' | '-g', name: string): Promise<number | undefined> {
  const result = await execute('id', [flag, name]).catch(() => undefined);
  const value = result && Number.parseInt(result.stdout, 10);
  return Number.isInteger(value) ? value : undefined;
}

/** What a process of the account gets: its identity, a folder that it can enter, and nothing of our environment. */
export function processOptions(account: Account | undefined) {
  return {
    ...account,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  };
}

/** Runs a program to its end as the account. Rejects with its exit code and output. */
export function runAs(account: Account | undefined, [program, ...parameters]: [string, ...string[]]) {
  return execute(program, parameters, processOptions(account));
}

/**
 * Whether the account can really read (`-r`) or enter and write (`-w`) the paths. Asked by trying: parents' modes, access
 * lists and mounts all count, and walking modes would see the first of these only.
 */
export async function canAccess(account: Account | undefined, test: '-r' | '-w', paths: string[]): Promise<boolean> {
  const script = `for path; do test ${test} "$path" || exit 1; done`;
  return runAs(account, ['/bin/sh', '-c', script, 'sh', ...paths]).then(
    () => true,
    () => false,
  );
}
