import { setTimeout as pause } from 'node:timers/promises';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import {
  type Engine,
  type Script,
  actor,
  changing,
  fillDatabase,
  gate,
  quiet,
  startEngine,
  until,
} from './engine-harness.js';

/** Two replicas on one database; what is lost with a worker is found by the other. */
describe('a lost worker', () => {
  let database: TestDatabase;
  let first: Engine;
  let second: Engine;
  const firstScript: Script = { ...quiet };
  const secondScript: Script = { ...quiet };

  beforeAll(async () => {
    database = await createTestDatabase();
    first = await startEngine(database.url, { script: firstScript });
    await fillDatabase(first.dataSource);
  });
  afterAll(async () => {
    await first.stop();
    await database.drop();
  });
  beforeEach(() => {
    Object.assign(firstScript, quiet);
    Object.assign(secondScript, quiet);
  });
  afterEach(() => second.stop());

  /** As if the worker’s process were gone: its lease has run out. */
  const loseLease = (id: string): Promise<unknown> =>
    first.dataSource.query(`UPDATE operations SET lease_until = clock_timestamp() - interval '1 s' WHERE id = $1`, [
      id,
    ]);

  it('is replaced: a repeatable step is done again, and the stale worker’s writes are refused', async () => {
    const hold = gate();
    firstScript.read = async (context) => {
      await context.step('look', () => hold.passed);
      return { message: 'by the first' };
    };
    secondScript.read = async (context) => {
      await context.step('look', () => Promise.resolve());
      return { message: 'by the second' };
    };
    const { id } = await first.start();
    await until(async () => (await first.read(id)).steps[0]?.status === 'running');
    firstScript.read = secondScript.read;
    second = await startEngine(database.url, { script: secondScript });
    await loseLease(id);
    const ended = await second.ended(id);
    hold.open();
    await pause(300);
    expect(ended).toMatchObject({ status: 'completed', attempt: 2 });
    const events = await first.events(id);
    expect(events.filter(({ kind }) => kind === 'completed' || kind === 'failed')).toHaveLength(1);
    expect(events.at(-1)?.operation?.message).toBe('by the second');
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  });

  it('is reconciled, not repeated, when it was lost in a step that may be done only once', async () => {
    let acted = 0;
    const hold = gate();
    firstScript.change = async (context) => {
      await context.step('act', () => {
        acted += 1;
        return hold.passed;
      });
      return { message: 'by the first' };
    };
    const lookedAt: string[] = [];
    secondScript.change = () => {
      acted += 1;
      return Promise.resolve({ message: 'again' });
    };
    secondScript.reconcile = (_context, step) => {
      lookedAt.push(step);
      return Promise.resolve({ message: 'It had happened' });
    };
    firstScript.reconcile = secondScript.reconcile;
    const { id } = await first.start(changing, 1, 'once');
    await until(async () => (await first.read(id)).steps[1]?.status === 'running');
    second = await startEngine(database.url, { script: secondScript });
    await loseLease(id);
    expect(await second.ended(id)).toMatchObject({
      status: 'completed',
      message: 'It had happened',
      effect: 'applied',
    });
    hold.open();
    await pause(300);
    expect(acted).toBe(1);
    expect(lookedAt).toEqual(['act']);
    expect((await first.events(id)).some(({ kind }) => kind === 'reconciling')).toBe(true);
  });

  it('is looked for again, when Postgres was away while the host was asked what had happened', async () => {
    const hold = gate();
    firstScript.change = (context) => context.step('act', () => hold.passed).then(() => ({ message: 'stale' }));
    let asked = 0;
    firstScript.reconcile = secondScript.reconcile = () => {
      asked += 1;
      // What a session of Postgres is told when the server goes down (SQLSTATE 57P01, admin_shutdown).
      if (asked === 1) return Promise.reject(Object.assign(new Error('terminating'), { code: '57P01' }));
      return Promise.resolve({ message: 'It had happened' });
    };
    const { id } = await first.start(changing, 1, 'asked twice');
    await until(async () => (await first.read(id)).steps[1]?.status === 'running');
    second = await startEngine(database.url, { script: secondScript });
    await loseLease(id);
    expect(await second.ended(id)).toMatchObject({ status: 'completed', message: 'It had happened', attempt: 3 });
    hold.open();
    expect(asked).toBe(2);
  });

  it('still hears a cancel request that came before it was lost', async () => {
    const hold = gate();
    firstScript.read = () => hold.passed.then(() => ({ message: 'never mind' }));
    const { id } = await first.start('ssh_test', 2);
    await until(async () => (await first.read(id)).status === 'in_progress');
    second = await startEngine(database.url, { script: secondScript });
    secondScript.read = (context) => context.step('look', () => Promise.resolve({ message: 'not stopped' }));
    firstScript.read = secondScript.read;
    await first.operations.cancel(id, actor);
    await loseLease(id);
    expect(await second.ended(id)).toMatchObject({ status: 'cancelled', effect: 'none' });
    hold.open();
  });

  it('gives an operation up truthfully after five lost workers', async () => {
    const hold = gate();
    firstScript.change = () => hold.passed.then(() => ({ message: 'never' }));
    second = await startEngine(database.url, { workers: 0 });
    const { id } = await first.start(changing, 3, 'lost');
    await until(async () => (await first.read(id)).attempt === 1);
    await first.dataSource.query(`UPDATE operations SET attempt = 5, fence = fence + 5 WHERE id = $1`, [id]);
    await loseLease(id);
    expect(await first.ended(id)).toMatchObject({ status: 'failed', errorCode: 'WORKER_LOST', effect: 'unknown' });
    hold.open();
  });

  it('hands over what it could not finish when it is stopped', async () => {
    second = await startEngine(database.url, {
      script: {
        ...secondScript,
        read: (context) =>
          new Promise((_, reject) => {
            context.signal.addEventListener('abort', () => reject(new Error('stopped')));
          }),
      },
    });
    firstScript.read = () => Promise.resolve({ message: 'taken over' });
    const third = await startEngine(database.url, { workers: 0 });
    await first.stop();
    const { id } = await third.start('ssh_test', 1);
    await until(async () => (await third.read(id)).status === 'in_progress');
    const stopping = second.stop();
    first = await startEngine(database.url, { script: firstScript });
    await stopping;
    expect(await first.ended(id)).toMatchObject({ status: 'completed', message: 'taken over', attempt: 2 });
    await third.stop();
    second = await startEngine(database.url, { workers: 0 });
  });

  it('is not needed for events to be told: every replica tells what any wrote, in order and once', async () => {
    second = await startEngine(database.url, { workers: 0 });
    const ids: string[] = [];
    for (let n = 0; n < 20; n += 1) ids.push((await second.start('ssh_test', 1 + (n % 3))).id);
    for (const id of new Set(ids)) await first.ended(id);
    const written = await first.dataSource.query<{ position: string; connection_id: number }[]>(
      `SELECT connection_id, position FROM operation_events WHERE operation_id = ANY($1) ORDER BY connection_id, position`,
      [ids],
    );
    const expected = written.map((row) => `${String(row.connection_id)}:${row.position}`);
    const toldBy = (engine: Engine): string[] =>
      [...engine.told]
        .filter((event) => ids.includes(event.operationId))
        .map((event) => `${String(event.connectionId)}:${String(event.position)}`);
    await until(() => toldBy(second).length >= expected.length);
    expect(toldBy(second).sort()).toEqual([...expected].sort());
    for (const connectionId of [1, 2, 3]) {
      const positions = second.told
        .filter((event) => event.connectionId === connectionId)
        .map(({ position }) => position);
      expect(positions).toEqual([...positions].sort((one, other) => one - other));
    }
  });
});
