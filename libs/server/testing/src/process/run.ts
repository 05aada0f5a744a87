import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program to its end and gives what it printed. @throws with its own words when it fails */
export async function run([program, ...parameters]: [string, ...string[]], input?: string): Promise<string> {
  const running = execute(program, parameters, { maxBuffer: 64 * 1024 * 1024 });
  running.child.stdin?.on('error', () => undefined);
  running.child.stdin?.end(input);
  try {
    return (await running).stdout;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(`${program} ${parameters.join(' ')} failed: ${stderr.trim() || String(error)}`, { cause: error });
  }
}

/** Whether the tests run as root, which users of the machine, containers and mounts need. */
export const runsAsRoot = process.getuid?.() === 0;
