import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processOptions } from './account.js';
import { writeSettings } from './cluster.js';
import type { Cluster } from './placement.js';
import { makeSocketDirectory } from './socket-directory.js';

/** One attempt to start the server. */
export class Launch {
  ended = false;

  private constructor(private readonly logStart: number) {}

  static async begin(cluster: Cluster): Promise<Launch> {
    await writeSettings(cluster, await makeSocketDirectory(cluster));
    const log = join(cluster.directory, 'postgres.log');
    const launch = new Launch((await readFile(log).catch(() => '')).length);
    // Postgres itself rather than pg_ctl, which passes paths through a shell unquoted. In a session of its own, so that
    // Ctrl+C reaches it through our stop() only, after the application has drained.
    const script = 'exec "$1" -D "$2" >> "$3" 2>&1';
    const { env, ...options } = processOptions(cluster.account);
    const child = spawn('/bin/sh', ['-c', script, 'sh', cluster.binaries.postgres, cluster.directory, log], {
      ...options,
      env: { ...env, ...cluster.environment },
      detached: true,
      stdio: 'ignore',
    });
    child.on('exit', () => (launch.ended = true));
    child.on('error', () => (launch.ended = true));
    child.unref();
    return launch;
  }

  /** What this attempt wrote to the log. */
  async words(cluster: Cluster): Promise<string> {
    const log = await readFile(join(cluster.directory, 'postgres.log')).catch(() => Buffer.alloc(0));
    return log.subarray(this.logStart).toString('utf8').trim();
  }
}
