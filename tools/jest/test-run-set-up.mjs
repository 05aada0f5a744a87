import { mkdtempSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Names the folder of the one Postgres that all test files of this run share. It is started by the first test that asks
 * for a database (`createTestDatabase`), so a run that needs none pays nothing. Readable by others, because as root
 * Postgres runs as another user.
 */
export default function setUpTestRun() {
  if (process.env.LOCKSTEP_TEST_RUN_DIRECTORY) return;
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-test-'));
  chmodSync(directory, 0o755);
  process.env.LOCKSTEP_TEST_RUN_DIRECTORY = directory;
}
