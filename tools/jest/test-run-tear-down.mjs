import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const deadlineMilliseconds = 20_000;

/** Stops the Postgres that the test files of this run shared, if one was started, and removes the run's folder. */
export default async function tearDownTestRun() {
  const directory = process.env.LOCKSTEP_TEST_RUN_DIRECTORY;
  if (!directory || !existsSync(directory)) return;
  const requested = join(directory, 'postgres');
  const location = join(requested, 'location');
  const data = existsSync(location) ? readFileSync(location, 'utf8').trim() : requested;
  await stopServer(join(data, 'postmaster.pid'));
  for (const path of [data, directory]) rmSync(path, { recursive: true, force: true });
}

async function stopServer(lock) {
  if (!existsSync(lock)) return;
  process.kill(Number.parseInt(readFileSync(lock, 'utf8'), 10), 'SIGINT');
  const deadline = performance.now() + deadlineMilliseconds;
  while (existsSync(lock)) {
    if (performance.now() > deadline) throw new Error(`The test Postgres of ${lock} did not stop.`);
    await sleep(20);
  }
}
