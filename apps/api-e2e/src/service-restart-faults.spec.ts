import { setTimeout as pause } from 'node:timers/promises';
import type { Operation } from '@lockstep/contract';
import {
  LinkProxy,
  type LockstepServer,
  type ServiceHost,
  startLockstep,
  startServiceHost,
  waitUntil,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { administratorOf, type ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { type HeldWrite, holdFirstStep, holdStep } from './support/held-write.js';
import { connectHost, endOf, inStep, startRestart } from './support/restart-client.js';

const reason = await whyNoSystemdHosts();
const unit = 'steady.service';
const completed = { status: 'completed', errorCode: null, effect: 'applied' };

(reason ? describe.skip : describe)(
  `a service restart that meets trouble${reason ? ` (left out: ${reason})` : ''}`,
  () => {
    let server: LockstepServer;
    let client: ApiClient;
    let fleet: ServiceHost;
    let table: EventTable;
    let proxy: LinkProxy;
    let held: HeldWrite | undefined;
    let serial = 0;

    beforeAll(async () => {
      [server, fleet] = await Promise.all([
        startLockstep(),
        startServiceHost({ mayRestart: [unit, 'other.service', 'worker@1.service'] }),
      ]);
      client = await administratorOf(server.url);
      table = EventTable.open(server.databaseUrl);
      proxy = await LinkProxy.start(fleet.host.port);
      await fleet.wrapSystemctl();
      await fleet.host.execute('systemctl start worker@1.service');
    }, 300_000);
    afterEach(async () => {
      await held?.letGo();
      held = undefined;
      await fleet.setMode(unit, 'pass');
    });
    afterAll(async () => {
      await table.close();
      await endAll(server, proxy, fleet);
    }, 60_000);

    /** A connection of its own through the proxy. */
    const connect = async (settings: object = {}): Promise<number> => {
      serial += 1;
      const name = `host ${String(serial)}`;
      return (await connectHost(client, fleet.host, { name, port: proxy.port, settings })).id;
    };

    /** How an operation ended, and how often the service was started by it. */
    const outcome = async (begin: number, id: string, service = unit): Promise<[Operation, object]> => {
      const operation = await client.ended(id, 60_000);
      // What was handed to the host runs to its end there, whatever became of us.
      await waitUntil('the host is at rest', async () => {
        const working = await fleet.host.execute('pgrep -xc systemctl; systemctl.real list-jobs --no-legend');
        return /^0\n(No jobs.*\n)?$/.test(working) ? true : undefined;
      });
      return [operation, { ...endOf(operation), starts: (await fleet.starts(service)) - begin }];
    };

    test('the link is cut before the restart: failed, and nothing was done', async () => {
      const [id, begin] = [await connect(), await fleet.starts(unit)];
      held = await holdFirstStep(table, id);
      const operationId = await startRestart(client, id, unit);
      await held.caught();
      await proxy.cut();
      await held.letGo();
      held = undefined;
      const [, end] = await outcome(begin, operationId);
      await proxy.join();
      expect(end).toEqual({ status: 'failed', errorCode: 'CONNECTION_REFUSED', effect: 'none', starts: 0 });
    });

    test('the link is cut during the restart: the host is asked, and shows that it was done', async () => {
      const [id, begin] = [await connect(), await fleet.starts(unit)];
      await fleet.setMode(unit, 'wait');
      const operationId = await startRestart(client, id, unit);
      await inStep(client, operationId, 'restart');
      await pause(700);
      await proxy.cut();
      await pause(500);
      await proxy.join();
      expect((await outcome(begin, operationId))[1]).toEqual({ ...completed, starts: 1 });
    });

    test('the link is cut after the restart: it is watched on a new one', async () => {
      const [id, begin] = [await connect({ settleSeconds: 3 }), await fleet.starts(unit)];
      const operationId = await startRestart(client, id, unit);
      await inStep(client, operationId, 'watch');
      await proxy.cut();
      await pause(1_000);
      await proxy.join();
      expect((await outcome(begin, operationId))[1]).toEqual({ ...completed, starts: 1 });
    });

    /** A restart of another unit, on a link of its own that falls silent just before the request. */
    const silenced = async (other: string): Promise<{ operationId: string; begin: number; link: LinkProxy }> => {
      const link = await LinkProxy.start(fleet.host.port);
      const { id } = await connectHost(client, fleet.host, { name: other, port: link.port });
      const begin = await fleet.starts(other);
      held = await holdStep(table, id, 'restart');
      const operationId = await startRestart(client, id, other);
      await held.caught();
      link.silence();
      await held.letGo();
      held = undefined;
      return { operationId, begin, link };
    };

    test('the host stays out of reach after the request, or a link falls silent before it: what can be known is', async () => {
      const [id, begin] = [await connect({ limitSeconds: 10 }), await fleet.starts(unit)];
      await fleet.setMode(unit, 'wait');
      const unreachable = await startRestart(client, id, unit);
      await inStep(client, unreachable, 'restart');
      await pause(700);
      await proxy.cut();
      const silent = await silenced('other.service');
      const cancelled = await silenced('worker@1.service');
      await pause(500);
      await client.must('POST', `/operations/${cancelled.operationId}/cancel`);

      const [operation, end] = await outcome(begin, unreachable);
      await proxy.join();
      expect(end).toEqual({ status: 'failed', errorCode: 'OUTCOME_UNKNOWN', effect: 'unknown', starts: 1 });
      const took = Date.parse(operation.completedAt ?? '') - Date.parse(operation.startedAt);
      expect(took).toBeLessThan(35_000);
      const nothing = { effect: 'none', starts: 0 };
      const [, lost] = await outcome(silent.begin, silent.operationId, 'other.service');
      expect(lost).toEqual({ status: 'failed', errorCode: 'CONNECTION_LOST', ...nothing });
      const [, stopped] = await outcome(cancelled.begin, cancelled.operationId, 'worker@1.service');
      expect(stopped).toEqual({ status: 'cancelled', errorCode: null, ...nothing });
      await endAll(silent.link, cancelled.link);
    }, 90_000);

    test('sshd is frozen in the middle of it and goes on later: the host is asked then', async () => {
      const [id, begin] = [await connect(), await fleet.starts(unit)];
      await fleet.setMode(unit, 'wait');
      const operationId = await startRestart(client, id, unit);
      await inStep(client, operationId, 'restart');
      await pause(700);
      await fleet.host.execute('pkill -STOP -x sshd');
      await pause(9_000);
      expect(await client.operation(operationId)).toMatchObject({ status: 'in_progress' });
      await fleet.host.execute('pkill -CONT -x sshd');
      expect((await outcome(begin, operationId))[1]).toEqual({ ...completed, starts: 1 });
    }, 90_000);

    test('a systemctl that reports success and does nothing is found out', async () => {
      const [id, begin] = [await connect(), await fleet.starts(unit)];
      await fleet.setMode(unit, 'lie');
      const operationId = await startRestart(client, id, unit);
      const [, end] = await outcome(begin, operationId);
      expect(end).toEqual({ status: 'failed', errorCode: 'SERVICE_NOT_RESTARTED', effect: 'none', starts: 0 });
    });

    test('it is cancelled before, during and after: the host is left alone, or what happened is told', async () => {
      const cancel = (operationId: string): Promise<unknown> =>
        client.must('POST', `/operations/${operationId}/cancel`);
      const [id, begin] = [await connect({ settleSeconds: 5 }), await fleet.starts(unit)];
      held = await holdFirstStep(table, id);
      const before = await startRestart(client, id, unit);
      await held.caught();
      const cancelling = cancel(before);
      await held.letGo();
      held = undefined;
      await cancelling;
      expect((await outcome(begin, before))[1]).toEqual({
        status: 'cancelled',
        errorCode: null,
        effect: 'none',
        starts: 0,
      });

      await fleet.setMode(unit, 'wait');
      const during = await startRestart(client, id, unit);
      await inStep(client, during, 'restart');
      await pause(700);
      await cancel(during);
      const late = { status: 'failed', errorCode: 'CANCELLED_TOO_LATE', effect: 'applied' };
      expect((await outcome(begin, during))[1]).toEqual({ ...late, starts: 1 });

      await fleet.setMode(unit, 'pass');
      const after = await startRestart(client, id, unit);
      await inStep(client, after, 'watch');
      await cancel(after);
      const [operation, end] = await outcome(begin, after);
      expect(end).toEqual({ ...late, starts: 2 });
      expect(operation.error).toContain('it is active (running) now');
    }, 60_000);
  },
);
