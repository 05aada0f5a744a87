import type { Operation } from '@lockstep/contract';
import {
  type LockstepServer,
  type ServiceHost,
  startLockstep,
  startServiceHost,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { type ApiClient, administratorOf } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { holdStep, holdStepEnd } from './support/held-write.js';
import { connectHost, startRestart } from './support/restart-client.js';

const reason = await whyNoSystemdHosts();
/** All but the configuration test, which these units do not have. */
const steps = ['reach', 'before', 'restart', 'watch', 'log'] as const;
const unitOf = (step: string): string => `worker@${step}.service`;

(reason ? describe.skip : describe)(
  `service restarts whose server is killed (-9) at an edge of a step${reason ? ` (left out: ${reason})` : ''}`,
  () => {
    let server: LockstepServer;
    let fleet: ServiceHost;
    let table: EventTable;
    let client: ApiClient;
    afterAll(async () => {
      await table.close();
      await endAll(server, fleet);
    }, 60_000);

    beforeAll(async () => {
      server = await startLockstep({ env: { LOCKSTEP_WORKERS: '20' } });
      table = EventTable.open(server.databaseUrl);
      fleet = await startServiceHost({
        mayRestart: steps.map(unitOf),
        files: { '/etc/ssh/sshd_config.d/many.conf': 'MaxStartups 100\n' },
      });
      await fleet.host.execute(`systemctl start ${steps.map(unitOf).join(' ')}`);
      client = await administratorOf(server.url);
    }, 120_000);

    // One connection for each step, so that a single kill meets them all.
    test.each([
      ['before it began', holdStep],
      ['when it was done and nobody knew it', holdStepEnd],
    ])(
      '%s are done once or not at all, and end as the host shows, whichever step it was',
      async (edge, hold) => {
        // All are laid before the first start: they change the very table in which a worker then waits.
        const traps = [];
        for (const step of steps) {
          const { id } = await connectHost(client, fleet.host, { name: `${step}, ${edge}` });
          traps.push({ step, id, held: await hold(table, id, step), before: await fleet.starts(unitOf(step)) });
        }
        const runs = [];
        for (const trap of traps)
          runs.push({ ...trap, operation: await startRestart(client, trap.id, unitOf(trap.step)) });
        for (const { held } of runs) await held.caught();
        await server.kill9();
        for (const { held } of runs) await held.letGo();
        await server.start();

        for (const { step, before, operation } of runs) {
          const ended = await client.ended(operation, 60_000);
          const starts = (await fleet.starts(unitOf(step))) - before;
          expectTruth({ ...ended, connectionName: step }, starts);
        }
        expect(await table.faults()).toEqual([]);
      },
      120_000,
    );
  },
);

/**
 * The host is the witness: its own count of starts, and what the operation says. A restart that was announced and not done
 * is not done by the next worker either: nobody may know whether it still is on its way.
 */
function expectTruth({ connectionName, status, effect, errorCode, attempt, error }: Operation, starts: number): void {
  const truth = { 0: ['failed', 'none', 'SERVICE_NOT_RESTARTED'], 1: ['completed', 'applied', null] }[starts];
  expect([connectionName, attempt, starts, status, effect, errorCode, error]).toEqual([
    connectionName,
    2,
    starts,
    ...(truth ?? ['twice']),
    error,
  ]);
}
