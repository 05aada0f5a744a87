import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runAs } from './account.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { Launch } from './launch.js';
import type { Cluster } from './placement.js';
import { probe, urlOf } from './probe.js';
import { shortSocketDirectory } from './socket-directory.js';
import { removeStaleLock } from './stale-lock.js';

const startDeadlineMilliseconds = 60_000;
const retryMilliseconds = 500;
const lockRetries = 20;
const stopDeadlineMilliseconds = 30_000;

interface RunningServer {
  url: string;
  /** False when it was started now. */
  reused: boolean;
}

/** Finds the cluster's running server, or starts one and waits until it answers. */
export async function bringUp(cluster: Cluster): Promise<RunningServer> {
  const deadline = performance.now() + startDeadlineMilliseconds;
  let launch: Launch | undefined;
  for (let failures = 0; performance.now() < deadline;) {
    const running = await findServer(cluster.directory);
    if (running?.state === 'ready') return { url: running.url, reused: launch === undefined };
    if (launch?.ended) {
      await recover(cluster, launch, (failures += 1));
      launch = undefined;
    } else if (!launch && running?.state !== 'starting') {
      launch = await Launch.begin(cluster);
    }
    await sleep(20);
  }
  throw new EmbeddedPostgresError(
    `it did not answer within ${startDeadlineMilliseconds / 1_000} s. See ${join(cluster.directory, 'postgres.log')}.`,
  );
}

/** Ends the server and waits until it is gone. Clients still connected are cut off; nothing committed is lost. */
export async function shutDown(cluster: Cluster): Promise<void> {
  for (const signal of ['INT', 'QUIT']) {
    const lock = await readLock(cluster.directory);
    if (!lock) return;
    // Sent by the account, so that a forged file cannot make root signal another program.
    await runAs(cluster.account, ['/bin/sh', '-c', `kill -${signal} "$1"`, 'sh', lock.processId]).catch(
      () => undefined,
    );
    if (await lockGone(cluster.directory)) {
      if (lock.socketDirectory === shortSocketDirectory(cluster.directory))
        await rm(lock.socketDirectory, { recursive: true, force: true });
      return;
    }
  }
  throw new EmbeddedPostgresError(
    `the server in ${cluster.directory} did not end. See ${join(cluster.directory, 'postgres.log')}.`,
  );
}

async function lockGone(directory: string): Promise<boolean> {
  const deadline = performance.now() + stopDeadlineMilliseconds;
  while (performance.now() < deadline) {
    if (!(await readLock(directory))) return true;
    await sleep(10);
  }
  return false;
}

/** Postgres' own record of the server that runs in the folder: process id, folder, start, port, socket folder. */
async function readLock(directory: string) {
  const text = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const [processId, , , , socketDirectory] = text?.split('\n') ?? [];
  return processId && socketDirectory ? { processId, socketDirectory } : undefined;
}

async function findServer(directory: string) {
  const lock = await readLock(directory);
  if (!lock) return undefined;
  const url = urlOf(lock.socketDirectory);
  return { url, state: await probe(url) };
}

/** After a crash Postgres may see its predecessor's lock or memory for a moment; everything else is a real fault. */
async function recover(cluster: Cluster, launch: Launch, failures: number): Promise<void> {
  const words = await launch.words(cluster);
  const locked = /lock file ".*" already exists|pre-existing shared memory block|lock file ".*" is empty/.test(words);
  if (!locked || failures > lockRetries) {
    throw new EmbeddedPostgresError(`it ended while starting. Its own words: ${words || '(none)'}`);
  }
  if (failures > 1) await removeStaleLock(cluster.directory);
  await sleep(retryMilliseconds);
}
