import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SetupService } from '@lockstep/server-access';
import { ChallengeAnswers } from '@lockstep/server-certificates';
import { correlate } from '@lockstep/server-http';
import compression from 'compression';
import { AppModule, type AppOptions } from '../app.module.js';
import { type Environment, EnvironmentError } from '../config/environment.js';
import { projectDirectory } from '../config/project-directory.js';
import type { PreparedApplication } from './prepared-application.js';
import { docsAssets } from '../system/docs-page.js';
import { serveConsole } from './console-files.js';
import { LiveAdapter } from './live-adapter.js';
import { isApiPath, securityHeaders } from './security-headers.js';
import { ServerLog } from './server-log.js';

const consoleDirectory = resolve(projectDirectory, 'apps/console/dist/browser');
const swaggerDirectory = resolve(projectDirectory, 'node_modules/swagger-ui-dist');

/** The console, the API and the sockets on one port. */
export async function createServer(options: AppOptions, environment: Environment): Promise<PreparedApplication> {
  const application = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(options), {
    logger: new ServerLog(),
    bodyParser: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  configure(application, environment);
  return {
    application,
    open: () => open(application, environment),
    close: async () => {
      stopListening(application);
      await application.close();
    },
  };
}

function configure(application: NestExpressApplication, environment: Environment): void {
  // One proxy in front: what a client itself writes into X-Forwarded-For does not count.
  if (environment.TRUST_PROXY) application.set('trust proxy', 1);
  application.disable('x-powered-by');
  application.useBodyParser('json', { limit: '256kb' });
  application.use(correlate, ...securityHeaders());
  // Not below /api: what mixes secrets with a client's words is not compressed, and streams are not held back.
  application.use(
    compression({
      filter: (request, response) => !isApiPath(request.path) && compression.filter(request, response),
    }),
  );
  application.setGlobalPrefix('api');
  application.enableCors({ origin: [...environment.CONSOLE_ORIGIN], credentials: true });
  application.useWebSocketAdapter(new LiveAdapter(application, environment.CONSOLE_ORIGIN));
  application.useStaticAssets(swaggerDirectory, { prefix: docsAssets, index: false });
  application.use(application.get(ChallengeAnswers).middleware);
  serveConsole(application, consoleDirectory);
}

async function open(application: NestExpressApplication, { PORT, HOST }: Environment): Promise<string[]> {
  const setupPath = await application.get(SetupService).prepareSetup();
  try {
    await application.listen(PORT, HOST);
  } catch (error) {
    throw new EnvironmentError(`Lockstep cannot listen on ${HOST} port ${String(PORT)}: ${reasonOf(error)}.`);
  }
  const url = (await application.getUrl()).replace('[::1]', 'localhost');
  const ready = `Lockstep is ready at ${url}`;
  return setupPath === undefined ? [ready] : [`Create the administrator: ${url}${setupPath}`, ready];
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'something else listens there; set PORT to another one';
  if (code === 'EACCES') return 'this user may not; choose a port above 1023';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'HOST is no address of this machine';
  throw error;
}

/** Nobody new comes in while running work finishes; who waits on an idle connection is let go. */
function stopListening(application: NestExpressApplication): void {
  const server = application.getHttpServer();
  server.close();
  server.closeIdleConnections();
}
