import { SecretBox, loadMasterKey } from '@lockstep/server-secrets';
import type { AppOptions } from '../app.module.js';
import { type Environment, administratorOf } from './environment.js';

/** What each part of the server is told, from the environment. */
export async function appOptionsOf(
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
