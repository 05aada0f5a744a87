import { OperationFailure } from '@lockstep/server-operations';
import type { DriverHost } from '../service-driver.js';
import { failed, runOn } from './run-on.js';
import { logScript, notAllowedMark, notInstalledMark } from './scripts.js';

/** Arguments of the journal's reader before the unit; `privileges` asks for exactly these. */
export const logParameters = ['--quiet', '--no-pager', '--output=short-unix', '--lines=200'];

/** The unit's journal since a moment of the host's clock. Errors: OperationFailure PRIVILEGE_MISSING, COMMAND_FAILED. */
export async function readLog(host: DriverHost, name: string, since: Date): Promise<string[]> {
  const result = await runOn(host, {
    script: logScript,
    input: `${name}\n`,
    usualMs: 20_000,
    maximumOutput: 1_048_576,
  });
  if (result.stderr.includes(notAllowedMark)) {
    throw new OperationFailure('PRIVILEGE_MISSING', `This login may not read the log of ${name}.`);
  }
  if (result.stderr.includes(notInstalledMark)) return [];
  if (result.code !== 0) throw failed(`The host did not show the log of ${name}.`, result);
  return linesSince(result.stdout, since);
}

/** Lines of `--output=short-unix`, with the time as people read it. A line without a time goes on the one before. */
export function linesSince(text: string, since: Date): string[] {
  // Both are cut to seconds, because the host told its clock so.
  const first = Math.floor(since.getTime() / 1_000);
  let shown = false;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [, seconds, rest = ''] = /^(\d+(?:\.\d+)?) \S+ (.*)$/.exec(line) ?? [];
      if (seconds === undefined) return shown ? [line] : [];
      shown = Math.floor(Number(seconds)) >= first;
      return shown ? [`${new Date(Number(seconds) * 1_000).toISOString()} ${rest}`] : [];
    });
}
