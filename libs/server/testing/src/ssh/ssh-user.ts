import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { signalProcess } from '../process/process-tree.js';
import { run, runsAsRoot } from '../process/run.js';
import { generateSshKey } from './ssh-key.js';

/** Somebody who may log in at the sshds that were started with them. */
export interface SshUser {
  username: string;
  /** Undefined where the tests run without root: the current user's password is not ours to know. */
  password: string | undefined;
  privateKey: string;
  /** Holds `authorized_keys`. */
  directory: string;
  /** Ends their processes and removes them. */
  remove(): Promise<void>;
}

/** What a test user is like. */
export interface SshUserOptions {
  password?: string;
  /** Further lines for `authorized_keys`. */
  authorizedKeys?: string[];
  /** Absolute path; only a throwaway user can have another shell. */
  shell?: string;
}

/**
 * As root makes a throwaway user with a password and a key; without root lends the current user, with a key alone and
 * without touching their own `authorized_keys`.
 */
export async function createSshUser(options: SshUserOptions = {}): Promise<SshUser> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-ssh-user-'));
  await chmod(directory, 0o755);
  const key = await generateSshKey();
  await writeFile(
    join(directory, 'authorized_keys'),
    [key.publicKey, ...(options.authorizedKeys ?? [])].map((line) => `${line}\n`).join(''),
    { mode: 0o644 },
  );
  await chmod(join(directory, 'authorized_keys'), 0o644);
  const removeDirectory = () => rm(directory, { recursive: true, force: true });
  if (!runsAsRoot) {
    const { username } = userInfo();
    return { username, password: undefined, privateKey: key.privateKey, directory, remove: removeDirectory };
  }
  const username = `lockstep-${randomBytes(4).toString('hex')}`;
  const password = options.password ?? randomBytes(12).toString('base64url');
  await addUser({ username, password, home: join(directory, 'home'), shell: options.shell ?? '/bin/sh' });
  const remove = async () => {
    await removeUser(username);
    await removeDirectory();
  };
  return { username, password, privateKey: key.privateKey, directory, remove };
}

interface NewUser {
  username: string;
  password: string;
  home: string;
  shell: string;
}

async function addUser({ username, password, home, shell }: NewUser): Promise<void> {
  await mkdir(home, { mode: 0o755 });
  await run(['useradd', '--no-create-home', '--home-dir', home, '--shell', shell, '--password', '*', username]);
  await run(['chown', `${username}:`, home]);
  // Hashed by chpasswd itself: through PAM the machine's own rules for passwords would have a say.
  await run(['chpasswd', '--crypt-method', 'SHA512'], `${username}:${password}\n`);
}

async function removeUser(username: string): Promise<void> {
  const uid = Number(await run(['id', '-u', username]));
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const owner = await stat(`/proc/${entry}`).catch(() => undefined);
    if (owner?.uid === uid) signalProcess(Number(entry), 'SIGKILL');
  }
  await run(['userdel', '--force', username]);
}
