import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Operation } from '@lockstep/contract';
import { startEmbeddedPostgres } from '@lockstep/server-database';
import { type LockstepServer, type Sshd, startLockstep, startSshd, waitUntil } from '@lockstep/server-testing';
import { administratorOf, type ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { connectTo } from './support/healthy-connection.js';
import { holdFirstStep } from './support/held-write.js';
import { hangingSteps, StuckFleet } from './support/stuck-fleet.js';

/** Milliseconds after a restart in which every operation must have ended. */
const settled = 30_000;
/** One fewer than the workers after whose loss an operation is given up. */
const killsInARow = 4;
const kills = 40;

async function allEnded(table: EventTable): Promise<number> {
  const begun = performance.now();
  await waitUntil('no operation is active', async () => ((await table.active()) === 0 ? true : undefined), settled);
  return performance.now() - begun;
}

const shapeOf = ({ status, errorCode, effect, attempt, steps }: Operation): object => ({
  status,
  errorCode,
  effect,
  attempt,
  steps: steps.map((step) => step.status),
});
const finished = {
  status: 'completed',
  errorCode: null,
  effect: 'none',
  attempt: 2,
  steps: Array.from({ length: 6 }, () => 'completed'),
};

describe('a server that is killed (-9) while it works', () => {
  let server: LockstepServer | undefined;
  let table: EventTable | undefined;
  let fleet: StuckFleet | undefined;
  let sshd: Sshd | undefined;
  let leave: (() => Promise<void>) | undefined;

  afterEach(async () => {
    await table?.close();
    await leave?.();
    await endAll(server, fleet, sshd);
    server = table = fleet = sshd = leave = undefined;
  }, 60_000);

  test('in each step of a test: with an external database all are finished truthfully within 30 s of the restart', async () => {
    server = await startLockstep();
    fleet = await StuckFleet.start();
    sshd = await startSshd();
    table = EventTable.open(server.databaseUrl);
    const client = await administratorOf(server.url);
    const operations = await fleet.hang(client, await fleet.connect(client));
    const { id } = await connectTo(client, sshd, { name: 'hangs in resolve' });
    const hold = await holdFirstStep(table, id);
    const { operationId } = await client.test(id);
    await hold.caught();

    await server.kill9();
    await hold.letGo();
    fleet.release();
    await server.start();
    await allEnded(table);

    const resolve = await client.operation(operationId);
    for (const before of [...Object.values(operations), resolve]) {
      expect([before.connectionName, shapeOf(await client.operation(before.id))]).toEqual([
        before.connectionName,
        finished,
      ]);
    }
    expect(await table.faults()).toEqual([]);
  }, 120_000);

  test('in each step of a test: with the embedded database they are taken up at once, and hosts that still hang are told of', async () => {
    server = await startLockstep({ database: 'embedded', env: { LOCKSTEP_SSH_DEADLINE_MS: '2500' } });
    const postgres = await startEmbeddedPostgres({ dataDirectory: join(server.dataDirectory, 'postgres') });
    leave = () => postgres.leave();
    table = EventTable.open(postgres.url);
    fleet = await StuckFleet.start();
    const client = await administratorOf(server.url);
    const ids = await fleet.connect(client);
    const operations = await hangTogether(client, ids);
    await server.kill9();
    await server.start();
    expect(await allEnded(table)).toBeLessThan(10_000);

    const codes: Record<string, string | null> = {};
    for (const step of hangingSteps) {
      const { attempt, effect, status, errorCode } = await client.operation(operations[step] ?? '');
      expect({ step, attempt, effect, status }).toEqual({ step, attempt: 2, effect: 'none', status: 'failed' });
      codes[step] = errorCode;
    }
    expect(codes).toEqual({
      connect: 'JUMP_HOST_FAILED',
      host_key: 'HOST_KEY_TIMEOUT',
      authenticate: 'AUTHENTICATION_TIMEOUT',
      probe: 'COMMAND_TIMEOUT',
      sftp: 'SFTP_TIMEOUT',
    });
    expect(await table.faults()).toEqual([]);
  }, 120_000);

  test('at forty random moments: every accepted operation is kept and ends, with one ending and no hole', async () => {
    server = await startLockstep({ database: 'embedded' });
    const postgres = await startEmbeddedPostgres({ dataDirectory: join(server.dataDirectory, 'postgres') });
    leave = () => postgres.leave();
    table = EventTable.open(postgres.url);
    sshd = await startSshd();
    const client = await administratorOf(server.url);
    const ids: number[] = [];
    for (let index = 0; index < 4; index += 1)
      ids.push((await connectTo(client, sshd, { name: `host ${String(index)}` })).id);
    const accepted = new Set<string>();
    for (let kill = 1; kill <= kills; kill += 1) {
      const starts = await Promise.all(ids.map((id) => client.test(id)));
      starts.forEach(({ operationId }) => accepted.add(operationId));
      await pause(Math.random() * 700);
      await server.kill9();
      await server.start();
      if (kill % killsInARow === 0) await allEnded(table);
    }
    const rows = await table.query<{ id: string; status: string; effect: string }>(
      'SELECT id, status, effect FROM operations',
    );
    expect(new Set(rows.map(({ id }) => id))).toEqual(accepted);
    expect(rows.filter(({ status, effect }) => status !== 'completed' || effect !== 'none')).toEqual([]);
    expect(await table.faults()).toEqual([]);
  }, 400_000);
});

/** All at once, because the first would be over by its deadline before the last hangs. */
async function hangTogether(client: ApiClient, ids: Record<string, number>): Promise<Record<string, string>> {
  const entries = Object.entries(ids).map(async ([step, id]) => {
    const { operationId } = await client.test(id);
    await client.operationOnce(operationId, ({ steps }) =>
      steps.some(({ name, status }) => name === step && status === 'running'),
    );
    return [step, operationId] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
