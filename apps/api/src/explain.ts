import { EnvironmentError } from './config/environment.js';

/** Problems that a person can mend are told in one sentence; anything else with its stack. */
export function explain(error: unknown): string {
  if (error instanceof EnvironmentError) return error.message;
  if (error instanceof Error)
    return error.name.endsWith('Error') && error.name !== 'Error' ? error.message : (error.stack ?? error.message);
  return String(error);
}
