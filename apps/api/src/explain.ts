import { isDatabaseUnavailable } from '@lockstep/server-database';
import { EnvironmentError } from './config/environment.js';

/** Problems that a person can mend are told in one sentence; anything else with its stack. */
export function explain(error: unknown): string {
  if (error instanceof EnvironmentError) return error.message;
  if (isDatabaseUnavailable(error)) return `the Postgres of DATABASE_URL cannot be reached: ${wordsOf(error)}.`;
  if (error instanceof Error)
    return error.name.endsWith('Error') && error.name !== 'Error' ? error.message : (error.stack ?? error.message);
  return String(error);
}

/** Of a name with several addresses, what the last of them said. */
function wordsOf(error: unknown): string {
  const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
  return last instanceof Error ? last.message : String(last);
}
