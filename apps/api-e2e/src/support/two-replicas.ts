import { type LockstepServer, startLockstep } from '@lockstep/server-testing';
import { administratorOf, type ApiClient } from './api-client.js';
import { EventTable } from './event-table.js';

/** Two servers on one database and one master key, as behind a load balancer. */
export interface TwoReplicas {
  readonly first: LockstepServer;
  readonly second: LockstepServer;
  readonly administrator: ApiClient;
  readonly table: EventTable;
  dispose(): Promise<void>;
}

/** What each is started with besides. */
export interface ReplicaEnvironments {
  readonly first?: Record<string, string>;
  readonly second?: Record<string, string>;
}

/** Starts both; the first makes the database and the data folder. */
export async function startTwoReplicas(env: ReplicaEnvironments = {}): Promise<TwoReplicas> {
  const first = await startLockstep({ env: env.first ?? {} });
  const second = await startLockstep({
    env: env.second ?? {},
    database: first.databaseUrl ?? '',
    dataDirectory: first.dataDirectory,
  });
  const table = EventTable.open(first.databaseUrl);
  return {
    first,
    second,
    administrator: await administratorOf(first.url),
    table,
    dispose: async () => {
      await table.close();
      await second.dispose();
      await first.dispose();
    },
  };
}
