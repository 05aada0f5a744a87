import { startDemoCertificates } from '@lockstep/server-certificates';
import { startDemoFleet } from '@lockstep/server-connections';
import { runMigrations } from '@lockstep/server-database';
import { appOptionsOf } from './config/app-options.js';
import { dataDirectoryOf, readEnvironment } from './config/environment.js';
import { readParameters } from './config/parameters.js';
import { projectDirectory } from './config/project-directory.js';
import { createServer } from './platform/create-server.js';
import { createWorker } from './platform/create-worker.js';
import { openDatabase } from './platform/open-database.js';

export interface RunningLockstep {
  /** In this order: HTTP and sockets, worker, pools, Postgres. */
  stop(): Promise<void>;
}

/** Starts everything that the environment asks for, and prints where to go. */
export async function startLockstep(
  variables: NodeJS.ProcessEnv,
  parameters: readonly string[],
): Promise<RunningLockstep> {
  const environment = readEnvironment(variables);
  const { demo } = readParameters(parameters);
  const dataDirectory = dataDirectoryOf(environment, projectDirectory);
  const toStop: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let next = toStop.pop(); next; next = toStop.pop()) await next();
  };
  try {
    const database = await openDatabase(environment, dataDirectory);
    toStop.push(() => database.stop());
    await runMigrations(database.url);
    const options = await appOptionsOf(environment, { dataDirectory, databaseUrl: database.url });
    const create = environment.LOCKSTEP_ROLE === 'worker' ? createWorker : createServer;
    const prepared = await create(options, environment);
    toStop.push(() => prepared.close());
    const lines = await prepared.open();
    if (demo) {
      const { application } = prepared;
      await startDemoCertificates(application, await startDemoFleet(application, { dataDirectory }));
    }
    process.stdout.write(`${lines.join('\n')}\n`);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
