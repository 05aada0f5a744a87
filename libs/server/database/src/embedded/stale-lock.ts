import { readdir, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes the `postmaster.pid` of a server that was killed, if Postgres takes it for a live one: its process id was given
 * to another program, or nobody has reaped it. Every Postgres process works in its data folder, so the lock is stale
 * exactly when no process does. Linux only; elsewhere there is no such list, and nothing is removed.
 *
 * @returns whether a lock was removed
 */
export async function removeStaleLock(directory: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const real = await realpath(directory);
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const workingDirectory = await readlink(`/proc/${entry}/cwd`).catch(() => undefined);
    if (workingDirectory === real) return false;
  }
  await rm(join(directory, 'postmaster.pid'), { force: true });
  return true;
}
