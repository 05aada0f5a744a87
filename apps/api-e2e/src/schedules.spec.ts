import type { Operation, Schedule, ScheduleRun } from '@lockstep/contract';
import { freePort, waitUntil } from '@lockstep/server-testing';
import type { ApiClient } from './support/api-client.js';
import { holdStart } from './support/held-write.js';
import { type TwoReplicas, startTwoReplicas } from './support/two-replicas.js';

describe('schedules of two replicas', () => {
  let replicas: TwoReplicas;
  let client: ApiClient;

  beforeAll(async () => {
    replicas = await startTwoReplicas();
    client = replicas.administrator;
  }, 60_000);
  afterAll(() => replicas.dispose(), 60_000);

  /** A schedule that tests a connection on which nothing answers, so that each test ends soon. Nobody waits for its time. */
  const addSchedule = async (name: string): Promise<{ id: number; connectionId: number }> => {
    const hostKeyFingerprint = `SHA256:${'B'.repeat(43)}`;
    const connection = await client.createConnection({ name, port: await freePort(), hostKeyFingerprint });
    const where = { connectionIds: [connection.id] };
    const body = { name, type: 'ssh_test', cron: '0 2 * * *', timeZone: 'Europe/Berlin', ...where };
    const { id } = await client.must<Schedule>('POST', '/schedules', { body });
    return { id, connectionId: connection.id };
  };
  const makeDue = (ids: readonly number[], minutesAgo: number): Promise<unknown> =>
    replicas.table.query(
      `UPDATE schedules SET next_run = date_trunc('minute', now()) - make_interval(mins => $2) WHERE id = ANY($1)`,
      [ids, minutesAgo],
    );
  const runsOf = async (id: number, at = client): Promise<ScheduleRun[]> =>
    (await at.must<{ items: ScheduleRun[] }>('GET', `/schedules/${String(id)}/runs`)).items;
  const startedBy = async (id: number): Promise<Operation[]> => {
    const { items } = await client.must<{ items: Operation[] }>('GET', '/operations?createdBy=cron&limit=500');
    return items.filter(({ actor }) => actor.kind === 'schedule' && actor.id === String(id));
  };
  const once = (id: number, fits: (runs: ScheduleRun[]) => boolean): Promise<ScheduleRun[]> =>
    waitUntil(
      `the runs of schedule ${String(id)}`,
      async () => {
        const runs = await runsOf(id).catch(() => []);
        return fits(runs) ? runs : undefined;
      },
      60_000,
    );

  test('run once each time, and both replicas tell the same of them', async () => {
    const schedules = await Promise.all(['one', 'two', 'three', 'four', 'five'].map(addSchedule));
    const ids = schedules.map(({ id }) => id);
    for (let round = 1; round <= 4; round += 1) {
      await makeDue(ids, round);
      for (const id of ids)
        await once(id, (runs) => runs.length >= round && runs.every(({ outcome }) => outcome !== 'running'));
    }
    for (const id of ids) {
      const runs = await runsOf(id);
      expect(runs).toHaveLength(4);
      expect(runs).toEqual(await runsOf(id, client.at(replicas.second.url)));
      // What begins is not asked for again while it is under way: each run has an operation of its own.
      expect(await startedBy(id)).toHaveLength(4);
    }
    expect(await replicas.table.faults()).toEqual([]);
  }, 120_000);

  test('do not lose a run, and do not do it twice, when a server is killed between taking it and starting', async () => {
    const { id, connectionId } = await addSchedule('killed');
    await replicas.second.stop();
    const held = await holdStart(replicas.table, connectionId);
    try {
      await makeDue([id], 0);
      await held.caught();
      await replicas.first.kill9();
    } finally {
      await held.letGo();
    }
    await waitUntil('what it had begun is undone', async () => {
      const [row] = await replicas.table.query<{ open: number }>(
        `SELECT count(*)::integer AS open FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'lockstep'`,
      );
      return row?.open === 0 ? true : undefined;
    });
    const written = `SELECT (SELECT count(*)::integer FROM schedule_runs WHERE schedule_id = $1) AS runs,
      (SELECT count(*)::integer FROM operations WHERE connection_id = $2) AS operations`;
    expect(await replicas.table.query(written, [id, connectionId])).toEqual([{ runs: 0, operations: 0 }]);
    await Promise.all([replicas.first.start(), replicas.second.start()]);
    const [run] = await once(id, (runs) => runs.some(({ outcome }) => outcome !== 'running'));
    expect(run).toMatchObject({ createdBy: 'cron', started: 1, missed: 0 });
    expect(await replicas.table.query(written, [id, connectionId])).toEqual([{ runs: 1, operations: 1 }]);
    expect(await replicas.table.faults()).toEqual([]);
  }, 120_000);
});
