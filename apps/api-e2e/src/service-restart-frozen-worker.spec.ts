import { setTimeout as pause } from 'node:timers/promises';
import {
  type LockstepServer,
  type ServiceHost,
  startLockstep,
  startServiceHost,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { administratorOf, type ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { holdStep } from './support/held-write.js';
import { connectHost, endOf, inStep, startRestart } from './support/restart-client.js';

const reason = await whyNoSystemdHosts();
/** More than two leases of 20 s. */
const frozenMs = 43_000;
const [asked, announced] = ['steady.service', 'other.service'];

(reason ? describe.skip : describe)(
  `a worker that is frozen (SIGSTOP) while it restarts${reason ? ` (left out: ${reason})` : ''}`,
  () => {
    let first: LockstepServer;
    let second: LockstepServer | undefined;
    let client: ApiClient;
    let table: EventTable;
    let fleet: ServiceHost;

    beforeAll(async () => {
      [first, fleet] = await Promise.all([startLockstep(), startServiceHost({ mayRestart: [asked, announced] })]);
      client = await administratorOf(first.url);
      table = EventTable.open(first.databaseUrl);
      await fleet.wrapSystemctl();
      await fleet.setMode(asked, 'wait');
    }, 300_000);
    afterAll(async () => {
      await table.close();
      await endAll(second, first, fleet);
    }, 60_000);

    test('restarts nothing when it comes back, and what it began is told by another as the host shows it', async () => {
      const startsOf = (): Promise<number[]> => Promise.all([asked, announced].map((unit) => fleet.starts(unit)));
      const before = await startsOf();
      const silent = await connectHost(client, fleet.host, { name: 'announced' });
      const hold = await holdStep(table, silent.id, 'restart');
      const later = await startRestart(client, silent.id, announced);
      await hold.caught();
      const { id } = await connectHost(client, fleet.host, { name: 'asked' });
      const begun = await startRestart(client, id, asked);
      await inStep(client, begun, 'restart');
      await pause(700);
      process.kill(first.pid, 'SIGSTOP');
      const frozenAt = performance.now();
      await hold.letGo();
      second = await startLockstep({ database: first.databaseUrl ?? '', dataDirectory: first.dataDirectory });
      const atSecond = client.at(second.url);
      try {
        const ends = await Promise.all([begun, later].map((operation) => atSecond.ended(operation, 60_000)));
        expect(ends.map(endOf)).toEqual([
          { status: 'completed', errorCode: null, effect: 'applied' },
          { status: 'failed', errorCode: 'SERVICE_NOT_RESTARTED', effect: 'none' },
        ]);
        await pause(frozenMs - (performance.now() - frozenAt));
      } finally {
        process.kill(first.pid, 'SIGCONT');
      }
      await pause(5_000);
      const after = await startsOf();
      expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 0]);
      expect(await table.faults()).toEqual([]);
    }, 120_000);
  },
);
