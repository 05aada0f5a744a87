import { setTimeout as pause } from 'node:timers/promises';
import type { Operation } from '@lockstep/contract';
import {
  type LockstepServer,
  type ServiceHost,
  startLockstep,
  startServiceHost,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { administratorOf } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { connectHost, inStep, startRestart } from './support/restart-client.js';

const reason = await whyNoSystemdHosts();
/** Restarts at once on as many units, and kills: forty runs that a crash meets in whichever step they are. */
const [atOnce, kills] = [10, 4];
/** Milliseconds from one start to the next; a run takes about five seconds, so each step has one when the kill comes. */
const apartMs = 420;
const units = Array.from({ length: atOnce }, (_, index) => `worker@${String(index)}.service`);

(reason ? describe.skip : describe)(
  `service restarts whose server is killed (-9)${reason ? ` (left out: ${reason})` : ''}`,
  () => {
    let server: LockstepServer | undefined;
    let fleet: ServiceHost | undefined;
    afterAll(() => endAll(server, fleet), 60_000);

    test('are never done twice, and each ends with what the host shows: forty runs, in each step', async () => {
      server = await startLockstep({ database: 'embedded', env: { LOCKSTEP_WORKERS: '20' } });
      fleet = await startServiceHost({
        mayRestart: units,
        files: { '/etc/ssh/sshd_config.d/many.conf': 'MaxStartups 100\n' },
      });
      await fleet.wrapSystemctl();
      const client = await administratorOf(server.url);
      const ids: number[] = [];
      for (const unit of units) {
        await fleet.setMode(unit, 'wait');
        ids.push((await connectHost(client, fleet.host, { name: unit })).id);
      }
      const killedIn = new Set<string>();
      for (let round = 0; round < kills; round += 1) {
        const before = await startsOf(fleet);
        const operations: string[] = [];
        for (const [index, id] of ids.entries()) {
          operations.push(await startRestart(client, id, units[index] ?? ''));
          // The last one has hardly begun.
          await pause(Math.random() * 60 + (index < atOnce - 1 ? apartMs : 0));
        }
        const killed = await Promise.all(operations.map((id) => client.operation(id)));
        await server.kill9();
        for (const { steps } of killed) killedIn.add(steps.find(({ status }) => status === 'running')?.name ?? 'ended');
        await server.start();
        const ended = await Promise.all(operations.map((id) => client.ended(id, 60_000)));
        await settle(fleet);
        const after = await startsOf(fleet);
        ended.forEach((operation, index) => expectTruth(operation, (after[index] ?? 0) - (before[index] ?? 0)));
      }
      for (const step of ['restart', 'watch']) expect([...killedIn]).toContain(step);

      // Asked to stop (SIGTERM), it hands over instead.
      const before = await startsOf(fleet);
      const id = await startRestart(client, ids[0] ?? 0, units[0] ?? '');
      await inStep(client, id, 'restart');
      expect(await server.stop()).toBe(0);
      await server.start();
      const handedOver = await client.ended(id, 60_000);
      expectTruth(handedOver, ((await startsOf(fleet))[0] ?? 0) - (before[0] ?? 0));
      expect(handedOver.status).toBe('completed');
    }, 240_000);
  },
);

const startsOf = (fleet: ServiceHost): Promise<number[]> => Promise.all(units.map((unit) => fleet.starts(unit)));

/** What was handed to the host runs to its end there. */
async function settle(fleet: ServiceHost): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    if ((await fleet.host.execute('pgrep -xc systemctl || true')).trim() === '0') return;
    await pause(100);
  }
  throw new Error('Something on the host goes on and on.');
}

/** The host is the witness: its own count of starts, and what the operation says. */
function expectTruth({ connectionName, status, effect, errorCode }: Operation, starts: number): void {
  const truth = { 0: ['failed', 'none', 'SERVICE_NOT_RESTARTED'], 1: ['completed', 'applied', null] }[starts];
  expect([connectionName, starts, status, effect, errorCode]).toEqual([
    connectionName,
    starts,
    ...(truth ?? ['twice']),
  ]);
}
