import { NestFactory } from '@nestjs/core';
import { AppModule, type AppOptions } from '../app.module.js';
import type { PreparedApplication } from './prepared-application.js';
import { ServerLog } from './server-log.js';

/** LOCKSTEP_ROLE=worker: operations are run, and nothing listens. */
export async function createWorker(options: AppOptions): Promise<PreparedApplication> {
  const application = await NestFactory.createApplicationContext(AppModule.forRoot(options), {
    logger: new ServerLog(),
    abortOnError: false,
  });
  return {
    application,
    open: () => Promise.resolve(['Lockstep is ready: a worker, without a port']),
    close: () => application.close(),
  };
}
