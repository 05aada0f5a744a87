import 'reflect-metadata';
import { EnvironmentError } from './config/environment.js';
import { startLockstep } from './start-lockstep.js';

/** Problems that a person can mend are told in one sentence; anything else with its stack. */
function explain(error: unknown): string {
  if (error instanceof EnvironmentError) return error.message;
  if (error instanceof Error)
    return error.name.endsWith('Error') && error.name !== 'Error' ? error.message : (error.stack ?? error.message);
  return String(error);
}

try {
  const lockstep = await startLockstep(process.env, process.argv.slice(2));
  const stop = (): void => {
    lockstep.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${explain(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} catch (error) {
  process.stderr.write(`Lockstep did not start: ${explain(error)}\n`);
  process.exit(1);
}
