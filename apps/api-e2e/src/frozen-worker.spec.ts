import { setTimeout as pause } from 'node:timers/promises';
import { type LockstepServer, type Sshd, startLockstep, startSshd } from '@lockstep/server-testing';
import { administratorOf } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { connectTo } from './support/healthy-connection.js';
import { holdFirstStep } from './support/held-write.js';
import { startStuckHost, type StuckHost } from './support/stuck-host.js';

/** More than two leases of 20 s. */
const frozenMs = 43_000;

describe('a worker that is frozen (SIGSTOP) and comes back', () => {
  let first: LockstepServer;
  let second: LockstepServer | undefined;
  let sshd: Sshd;
  let stuck: StuckHost;
  let table: EventTable | undefined;

  beforeAll(async () => {
    [first, sshd, stuck] = await Promise.all([startLockstep(), startSshd(), startStuckHost('probe')]);
    table = EventTable.open(first.databaseUrl);
  }, 60_000);
  afterAll(async () => {
    await table?.close();
    await endAll(second, first, sshd, stuck);
  }, 60_000);

  test('another takes over within 30 s, even when it was frozen inside a transaction, and its stale writes are refused', async () => {
    const events = table ?? EventTable.open(first.databaseUrl);
    const atFirst = await administratorOf(first.url);
    const inCommand = await atFirst.createConnection({
      name: 'in a command',
      port: stuck.port,
      hostKeyFingerprint: stuck.fingerprint,
    });
    const inTransaction = await connectTo(atFirst, sshd, { name: 'in a transaction' });
    const running = (await atFirst.test(inCommand.id)).operationId;
    await atFirst.operationOnce(running, ({ steps }) => steps[4]?.status === 'running');
    const hold = await holdFirstStep(events, inTransaction.id);
    const writing = (await atFirst.test(inTransaction.id)).operationId;
    await hold.caught();

    second = await startLockstep({ database: first.databaseUrl ?? '', dataDirectory: first.dataDirectory });
    const atSecond = atFirst.at(second.url);
    process.kill(first.pid, 'SIGSTOP');
    const frozenAt = performance.now();
    await hold.letGo();
    stuck.release();
    try {
      for (const id of [running, writing]) {
        const ended = await atSecond.ended(id, 30_000 - (performance.now() - frozenAt));
        expect(ended).toMatchObject({ status: 'completed', effect: 'none', attempt: 2 });
      }
      await pause(frozenMs - (performance.now() - frozenAt));
    } finally {
      process.kill(first.pid, 'SIGCONT');
    }
    const before = await events.query('SELECT count(*) FROM operation_events');
    await pause(2_500);
    expect(await events.query('SELECT count(*) FROM operation_events')).toEqual(before);
    expect(await events.faults()).toEqual([]);
    for (const client of [atFirst, atSecond]) {
      expect(await client.tested(inTransaction.id)).toMatchObject({ status: 'completed', attempt: 1 });
    }
  }, 120_000);
});
