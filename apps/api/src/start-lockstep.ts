import { resolve } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SetupService } from '@lockstep/server-access';
import { startEmbeddedPostgres, runMigrations } from '@lockstep/server-database';
import { correlate } from '@lockstep/server-http';
import { SecretBox, loadMasterKey } from '@lockstep/server-secrets';
import compression from 'compression';
import { AppModule, type AppOptions } from './app.module.js';
import { type Environment, administratorOf, dataDirectoryOf, readEnvironment } from './config/environment.js';
import { serveConsole } from './platform/console-files.js';
import { LiveAdapter } from './platform/live-adapter.js';
import { securityHeaders } from './platform/security-headers.js';
import { ServerLog } from './platform/server-log.js';
import { docsAssets } from './system/docs-page.js';

const projectDirectory = resolve(import.meta.dirname, '../../..');
const consoleDirectory = resolve(projectDirectory, 'apps/console/dist/browser');
const swaggerDirectory = resolve(projectDirectory, 'node_modules/swagger-ui-dist');

export interface RunningLockstep {
  /** In this order: HTTP and sockets, worker, pools, Postgres. */
  stop(): Promise<void>;
}

/** Starts everything that the environment asks for, and prints where to go. */
export async function startLockstep(
  variables: NodeJS.ProcessEnv,
  _arguments: readonly string[],
): Promise<RunningLockstep> {
  const environment = readEnvironment(variables);
  const dataDirectory = dataDirectoryOf(environment, projectDirectory);
  const database = await openDatabase(environment, dataDirectory);
  try {
    await runMigrations(database.url);
    const options = await appOptions(environment, { dataDirectory, databaseUrl: database.url });
    const application = await startApplication(environment, options);
    return {
      stop: async () => {
        if ('getHttpServer' in application) stopListening(application as NestExpressApplication);
        await application.close();
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** Nobody new comes in while running work finishes; who waits on an idle connection is let go. */
function stopListening(application: NestExpressApplication): void {
  const server = application.getHttpServer();
  server.close();
  server.closeIdleConnections();
}

async function openDatabase(
  environment: Environment,
  dataDirectory: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  if (environment.DATABASE_URL !== undefined) return { url: environment.DATABASE_URL, stop: () => Promise.resolve() };
  const onNotice = (message: string): void => void process.stderr.write(`${message}\n`);
  return startEmbeddedPostgres({ dataDirectory: resolve(dataDirectory, 'postgres'), onNotice });
}

async function appOptions(
  environment: Environment,
  place: { dataDirectory: string; databaseUrl: string },
): Promise<AppOptions> {
  const masterKey = await loadMasterKey({
    key: environment.LOCKSTEP_MASTER_KEY,
    keyFile: environment.LOCKSTEP_MASTER_KEY_FILE,
    dataDirectory: place.dataDirectory,
  });
  return {
    databaseUrl: place.databaseUrl,
    access: {
      secretBox: new SecretBox(masterKey),
      allowedOrigins: environment.CONSOLE_ORIGIN,
      administrator: administratorOf(environment),
    },
    engine: {
      workers: environment.LOCKSTEP_ROLE === 'web' ? 0 : environment.LOCKSTEP_WORKERS,
      embedded: environment.DATABASE_URL === undefined,
      operationRetentionDays: environment.OPERATION_RETENTION_DAYS,
      logRetentionDays: environment.LOG_RETENTION_DAYS,
    },
    connections: {
      network: {
        allowedNetworks: environment.LOCKSTEP_ALLOWED_NETWORKS?.join(','),
        listenHost: environment.HOST,
        listenPort: environment.PORT,
      },
      stepDeadlineMs: environment.LOCKSTEP_SSH_DEADLINE_MS,
    },
  };
}

async function startApplication(environment: Environment, options: AppOptions): Promise<INestApplicationContext> {
  const logger = new ServerLog();
  const module = AppModule.forRoot(options);
  if (environment.LOCKSTEP_ROLE === 'worker') {
    const application = await NestFactory.createApplicationContext(module, { logger, abortOnError: false });
    process.stdout.write('Lockstep is ready: a worker, without a port\n');
    return application;
  }
  const application = await NestFactory.create<NestExpressApplication>(module, {
    logger,
    bodyParser: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  configure(application, environment);
  await application.listen(environment.PORT, environment.HOST);
  await announce(application);
  return application;
}

function configure(application: NestExpressApplication, environment: Environment): void {
  if (environment.TRUST_PROXY) application.set('trust proxy', true);
  application.disable('x-powered-by');
  application.useBodyParser('json', { limit: '256kb' });
  application.use(correlate, ...securityHeaders());
  // Not below /api: what mixes secrets with a client's words is not compressed, and streams are not held back.
  application.use(
    compression({
      filter: (request, response) => !request.path.startsWith('/api/') && compression.filter(request, response),
    }),
  );
  application.setGlobalPrefix('api');
  application.enableCors({ origin: [...environment.CONSOLE_ORIGIN], credentials: true });
  application.useWebSocketAdapter(new LiveAdapter(application, environment.CONSOLE_ORIGIN));
  application.useStaticAssets(swaggerDirectory, { prefix: docsAssets, index: false });
  serveConsole(application, consoleDirectory);
}

async function announce(application: NestExpressApplication): Promise<void> {
  const url = (await application.getUrl()).replace('[::1]', 'localhost');
  const setupPath = await application.get(SetupService).prepareSetup();
  if (setupPath !== undefined) process.stdout.write(`Create the administrator: ${url}${setupPath}\n`);
  process.stdout.write(`Lockstep is ready at ${url}\n`);
}
