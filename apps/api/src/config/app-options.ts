import { SecretBox, loadMasterKey, loadPreviousMasterKey } from '@lockstep/server-secrets';
import type { AppOptions } from '../app.module.js';
import { type Environment, administratorOf } from './environment.js';

/** What each part of the server is told, from the environment. */
export async function appOptionsOf(
  environment: Environment,
  place: { dataDirectory: string; databaseUrl: string },
): Promise<AppOptions> {
  return {
    databaseUrl: place.databaseUrl,
    access: {
      secretBox: await secretBoxOf(environment, place.dataDirectory),
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
    certificates: {
      dnsHooksFolder: environment.LOCKSTEP_DNS_HOOKS,
      heartbeatUrl: environment.LOCKSTEP_HEARTBEAT_URL,
      // A worker listens nowhere.
      challengeListener: environment.LOCKSTEP_ROLE === 'worker' ? undefined : environment.LOCKSTEP_CHALLENGE_LISTEN,
    },
    notifications: { delivers: environment.LOCKSTEP_ROLE !== 'web', consoleUrl: consoleUrlOf(environment) },
  };
}

/** Where people reach the console: the first origin, or this machine while only this machine can reach it. */
function consoleUrlOf({ CONSOLE_ORIGIN, HOST, PORT }: Environment): string | undefined {
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(HOST);
  return CONSOLE_ORIGIN[0] ?? (isLocal ? `http://localhost:${String(PORT)}` : undefined);
}

/** Seals with the master key, and still opens what the one that it replaces has sealed. */
export async function secretBoxOf(environment: Environment, dataDirectory: string): Promise<SecretBox> {
  const current = await loadMasterKey({
    key: environment.LOCKSTEP_MASTER_KEY,
    keyFile: environment.LOCKSTEP_MASTER_KEY_FILE,
    dataDirectory,
  });
  const previous = await loadPreviousMasterKey({
    key: environment.LOCKSTEP_MASTER_KEY_PREVIOUS,
    keyFile: environment.LOCKSTEP_MASTER_KEY_PREVIOUS_FILE,
  });
  return new SecretBox(current, previous ? [previous] : []);
}
