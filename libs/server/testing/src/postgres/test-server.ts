import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@lockstep/server-database';

/** Nothing here outlives the test run, so nothing has to survive a power cut. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

interface TestServer {
  url: string;
  release(): Promise<void>;
}

/**
 * The one Postgres of this test run. The first caller starts it, later ones (in whichever worker) join. Within a Jest run
 * its tear-down stops the server; elsewhere the last `release` does.
 */
export async function joinTestServer(): Promise<TestServer> {
  const runDirectory = process.env['LOCKSTEP_TEST_RUN_DIRECTORY'];
  if (runDirectory !== undefined) {
    const server = await start(runDirectory);
    return { url: server.url, release: () => server.leave() };
  }
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
  await chmod(directory, 0o755);
  const server = await start(directory);
  return {
    url: server.url,
    release: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function start(directory: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres'), settings });
}
