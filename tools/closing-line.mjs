import { appendFileSync } from 'node:fs';
import { say } from './stages.mjs';

/**
 * Ends a command with `N passed, N failed` and its exit code. Under `.ci/run`, which adds several commands up, the figures go
 * to the file that it names, so that its own line is the only one.
 */
export function close({ passed, failed }) {
  const totals = process.env.LOCKSTEP_TOTALS;
  if (totals) appendFileSync(totals, `${passed} ${failed}\n`);
  else say(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
