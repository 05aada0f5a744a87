import 'reflect-metadata';
import { explain } from './explain.js';
import { startLockstep } from './start-lockstep.js';

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
