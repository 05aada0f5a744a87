import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs a program to its end. @returns milliseconds it took. @throws with what it printed when it fails */
export async function timeProgram(
  [program, ...parameters]: [string, ...string[]],
  run: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  const begin = performance.now();
  const child = spawn(program, parameters, { env: { ...process.env, ...run.env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  child.stdin.end(run.input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with code ${String(code)}: ${output.slice(-2_000)}`);
  return performance.now() - begin;
}

/** Whether a program is installed; asked by `--version`-like parameters that must succeed. */
export async function isInstalled(program: string, parameter: string): Promise<boolean> {
  return timeProgram([program, parameter]).then(
    () => true,
    () => false,
  );
}
