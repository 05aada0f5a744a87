import { randomUUIDv7 } from 'node:crypto';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { type Engine, type Script, actor, fillDatabase, gate, quiet, startEngine, until } from './engine-harness.js';

describe('the upkeep of operations', () => {
  let database: TestDatabase;
  let engine: Engine;
  const script: Script = { ...quiet };

  beforeAll(async () => {
    database = await createTestDatabase();
    engine = await startEngine(database.url, { script, workers: 1 });
    await fillDatabase(engine.dataSource, 1_000);
  });
  afterAll(async () => {
    await engine.stop();
    await database.drop();
  });
  beforeEach(() => Object.assign(script, quiet));

  /** Operations as another server left them, on connections from `first` on. Answers their ids. */
  const insert = async (count: number, first: number, fields: Record<string, string>): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => randomUUIDv7());
    await engine.dataSource.query(
      `INSERT INTO operations (id, connection_id, connection_name, type, message, created_by, actor, sequence, steps,
         changes_host, ${Object.keys(fields).join(', ')})
       SELECT id, $2::integer + n - 1, 'host', 'ssh_test', '', 'user', $3, 1,
         '[{"name": "look", "title": "", "status": "pending"}, {"name": "tell", "title": "", "status": "pending"}]', false,
         ${Object.values(fields).join(', ')}
       FROM unnest($1::uuid[]) WITH ORDINALITY AS given (id, n)`,
      [ids, first, JSON.stringify(actor)],
    );
    return ids;
  };

  it('takes over from a lost worker though every worker is busy, and much waits for them', async () => {
    const hold = gate();
    script.read = () => hold.passed.then(() => ({ message: 'done' }));
    const { id: running } = await engine.start('ssh_test', 1);
    await until(async () => (await engine.read(running)).status === 'in_progress');
    script.read = () => Promise.resolve({ message: 'done' });
    const waiting = await insert(600, 2, { status: `'pending'`, started_at: `now() - interval '1 h'` });
    const [lost = ''] = await insert(1, 900, {
      status: `'in_progress'`,
      phase: `'running'`,
      started_at: 'now()',
      fence: '1',
      lease_until: `now() - interval '1 s'`,
    });
    expect(await engine.ended(lost)).toMatchObject({ status: 'completed', attempt: 1 });
    const [{ begun }] = await engine.dataSource.query<[{ begun: number }]>(
      `SELECT count(*)::integer AS begun FROM operations WHERE id = ANY($1) AND status <> 'pending'`,
      [waiting],
    );
    expect(begun).toBe(0);
    await engine.dataSource.query(`DELETE FROM operations WHERE id = ANY($1) AND status = 'pending'`, [waiting]);
    hold.open();
    await until(async () => (await engine.queries.active(1)).length === 0, 'all have ended');
  });

  it('gives one idempotency key to one request, also when two bring it at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.allSettled(
        [11, 12, 13].map((id) =>
          engine.operations.start({
            type: 'ssh_test',
            connection: { id, name: `host ${String(id)}` },
            actor,
            createdBy: 'user',
            idempotencyKey: `key ${String(round)}`,
          }),
        ),
      );
      const refused = answers.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(2);
      for (const answer of refused) expect(answer).toMatchObject({ reason: { code: 'IDEMPOTENCY_KEY_REUSED' } });
      await until(async () => (await engine.queries.active(1)).length === 0, 'all have ended');
    }
  });

  it('starts nothing on a connection that was removed, and nothing again', async () => {
    const { id } = await engine.ended((await engine.start('ssh_test', 20)).id);
    await engine.dataSource.query(`UPDATE connections SET deleted_at = now() WHERE id = 20`);
    await expect(engine.start('ssh_test', 20)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(engine.operations.retry(id, { actor, createdBy: 'user' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('starts nothing on a connection that is being removed at that moment', async () => {
    const runner = engine.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT FROM connections WHERE id = 21 FOR UPDATE`);
    const start = engine.start('ssh_test', 21).catch((error: unknown) => error);
    await until(async () => {
      const waits = await engine.dataSource.query<unknown[]>(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return waits.length > 0;
    }, 'the start waits');
    await runner.query(`UPDATE connections SET deleted_at = now() WHERE id = 21`);
    await runner.commitTransaction();
    await runner.release();
    expect(await start).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('removes what is old in small portions, and remembers how far each stream was pruned', async () => {
    const event = async (
      ids: readonly string[],
      { first, at, kind }: { first: number; at: string; kind: string },
    ): Promise<void> => {
      await engine.dataSource.query(
        `INSERT INTO operation_events (connection_id, position, operation_id, sequence, at, kind, data)
         SELECT connection_id, $2::integer + n, id, $2::integer + n, ${at}, $3, '{"lines": []}'
         FROM operations, generate_series(0, 9) n WHERE id = ANY($1)`,
        [ids, first, kind],
      );
      await engine.dataSource.query(
        `INSERT INTO connection_streams AS s (connection_id, position)
         SELECT connection_id, $2::integer + 9 FROM operations WHERE id = ANY($1)
         ON CONFLICT (connection_id) DO UPDATE SET position = EXCLUDED.position`,
        [ids, first],
      );
    };
    const ended = (days: number): Record<string, string> => ({
      status: `'completed'`,
      progress: '100',
      effect: `'none'`,
      started_at: `now() - interval '${String(days)} days'`,
      completed_at: `now() - interval '${String(days)} days'`,
    });
    const ancient = await insert(450, 100, ended(100));
    await event(ancient, { first: 1, at: `now() - interval '100 days'`, kind: 'progress' });
    const [old = ''] = await insert(1, 600, ended(20));
    await event([old], { first: 1, at: `now() - interval '20 days'`, kind: 'log' });
    await event([old], { first: 11, at: `now() - interval '20 days'`, kind: 'progress' });
    const [fresh = ''] = await insert(1, 700, ended(1));
    await event([fresh], { first: 1, at: `now() - interval '1 day'`, kind: 'log' });
    const removed = await engine.retention.pruneNow();
    expect(removed).toEqual({ logs: 10, operations: 450 });
    const left = await engine.dataSource.query<{ id: string; kind: string; count: number }[]>(
      `SELECT operation_id AS id, kind, count(*)::integer FROM operation_events WHERE operation_id = ANY($1) GROUP BY 1, 2`,
      [[...ancient, old, fresh]],
    );
    expect(new Set(left)).toEqual(
      new Set([
        { id: old, kind: 'progress', count: 10 },
        { id: fresh, kind: 'log', count: 10 },
      ]),
    );
    const streams = await engine.dataSource.query<{ id: number; pruned: number }[]>(
      `SELECT connection_id AS id, pruned_to::integer AS pruned FROM connection_streams
       WHERE connection_id IN (100, 549, 600, 700) ORDER BY 1`,
    );
    expect(streams).toEqual([
      { id: 100, pruned: 10 },
      { id: 549, pruned: 10 },
      { id: 600, pruned: 10 },
      { id: 700, pruned: 0 },
    ]);
    expect(await engine.retention.pruneNow()).toEqual({ logs: 0, operations: 0 });
  });
});
