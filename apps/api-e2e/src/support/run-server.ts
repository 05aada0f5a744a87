import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../api/dist/main.js', import.meta.url));

/** Starts the built server where it is expected to refuse, and gives how it ended. One that goes on is ended after 20 s. */
export async function runRefusedServer(
  env: Record<string, string | undefined>,
): Promise<{ code: number | null; stderr: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-refused-'));
  try {
    const child = spawn(process.execPath, [program], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOCKSTEP_DATA_DIR: directory, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 20_000,
      killSignal: 'SIGTERM',
    });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    await once(child, 'close');
    return { code: child.exitCode, stderr };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
