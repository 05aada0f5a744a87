import { setTimeout as pause } from 'node:timers/promises';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { OperationCancelled, OperationFailure } from '../src/index.js';
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

describe('the operations engine', () => {
  let database: TestDatabase;
  let engine: Engine;
  const script: Script = { ...quiet };

  beforeAll(async () => {
    database = await createTestDatabase();
    engine = await startEngine(database.url, { script });
    await fillDatabase(engine.dataSource);
  });
  afterAll(async () => {
    await engine.stop();
    await database.drop();
  });
  beforeEach(() => Object.assign(script, quiet));

  it('runs a handler step by step and numbers every event without a gap', async () => {
    script.read = async (context) => {
      await context.step('look', async (step) => {
        context.log('stdout', 'one\ntwo');
        context.facts({ version: '9.2' });
        step.summary('looked');
        await pause(1);
      });
      await context.step('tell', () => Promise.resolve());
      return { message: 'All is well' };
    };
    const operation = await engine.ended((await engine.start()).id);
    expect(operation).toMatchObject({
      status: 'completed',
      progress: 100,
      effect: 'none',
      message: 'All is well',
      error: null,
    });
    expect(operation.metadata).toEqual({ version: '9.2' });
    expect(operation.steps).toMatchObject([
      { name: 'look', status: 'completed', message: 'looked' },
      { name: 'tell', status: 'completed' },
    ]);
    const events = await engine.events(operation.id);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({ kind }) => kind)).toEqual([
      'accepted',
      'claimed',
      'step_started',
      'log',
      'step_ended',
      'step_started',
      'step_ended',
      'completed',
    ]);
    expect(events.find(({ kind }) => kind === 'log')?.lines).toMatchObject([
      { stream: 'stdout', text: 'one', step: 'look' },
      { stream: 'stdout', text: 'two', step: 'look' },
    ]);
    await until(() => engine.told.some((event) => event.operationId === operation.id && event.kind === 'completed'));
    const told = engine.told.filter((event) => event.operationId === operation.id);
    expect(told).toEqual(events);
  });

  it('begins a step that only reads while that is still being written, and no other', async () => {
    const locked = gate();
    const begun: string[] = [];
    script.read = async (context) => {
      await locked.passed;
      for (const name of ['look', 'tell']) await context.step(name, () => Promise.resolve(void begun.push(name)));
      return { message: 'done' };
    };
    const { id } = await engine.start();
    await until(async () => (await engine.read(id)).status === 'in_progress');
    const lock = engine.dataSource.createQueryRunner();
    await lock.startTransaction();
    await lock.query(`SELECT FROM operations WHERE id = $1 FOR UPDATE`, [id]);
    locked.open();
    // The worker's write waits for the row.
    await until(async () => {
      const waiting = await engine.dataSource.query<unknown[]>(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return begun.includes('look') && waiting.length > 0;
    });
    expect(begun).toEqual(['look']);
    await lock.rollbackTransaction();
    await lock.release();
    expect(await engine.ended(id)).toMatchObject({ status: 'completed' });
    const kinds = (await engine.events(id)).map(({ kind }) => kind);
    const steps = ['step_started', 'step_ended', 'step_started', 'step_ended'];
    expect(kinds).toEqual(['accepted', 'claimed', ...steps, 'completed']);
  });

  it('gives 200 concurrent starts of one slot to one operation', async () => {
    const hold = gate();
    script.read = () => hold.passed.then(() => ({ message: 'done' }));
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        engine.operations.start({ type: 'ssh_test', connection: { id: 2, name: 'host 2' }, actor, createdBy: 'user' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 'started')).toHaveLength(1);
    expect(new Set(answers.map(({ operationId }) => operationId)).size).toBe(1);
    hold.open();
    await engine.ended(answers[0]?.operationId ?? '');
  });

  it('tells how a handler failed, with the host’s own words', async () => {
    script.read = (context) =>
      context.step('look', () => {
        throw new OperationFailure('COMMAND_FAILED', 'The command failed.', { hostWords: 'no\u0000t found' });
      });
    const operation = await engine.ended((await engine.start()).id);
    expect(operation).toMatchObject({
      status: 'failed',
      errorCode: 'COMMAND_FAILED',
      error: 'The command failed.',
      effect: 'none',
    });
    expect(operation.metadata).toEqual({ hostWords: 'no\uFFFDt found' });
    expect(operation.steps.map(({ status }) => status)).toEqual(['failed', 'skipped']);
    expect(operation.progress).toBeLessThan(100);
  });

  it('calls an unexpected error of ours INTERNAL and tells nothing of it', async () => {
    script.read = () => Promise.reject(new Error('secret path'));
    const operation = await engine.ended((await engine.start()).id);
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'INTERNAL' });
    expect(JSON.stringify(operation)).not.toContain('secret path');
  });

  it('cancels a running operation, and ends it once as cancelled', async () => {
    script.read = (context) =>
      context.step(
        'look',
        () =>
          new Promise((_, reject) => {
            context.signal.addEventListener('abort', () => reject(new OperationCancelled()));
          }),
      );
    const { id } = await engine.start();
    await until(async () => (await engine.read(id)).steps[0]?.status === 'running');
    const asked = await engine.operations.cancel(id, actor);
    expect(asked).toMatchObject({ status: 'in_progress', phase: 'cancelling' });
    const operation = await engine.ended(id);
    expect(operation).toMatchObject({ status: 'cancelled', effect: 'none', errorCode: null });
    expect((await engine.events(id)).filter(({ kind }) => kind === 'cancelled')).toHaveLength(1);
    await expect(engine.operations.cancel(id, actor)).rejects.toMatchObject({ code: 'OPERATION_ENDED' });
  });

  it('refuses to change an ended operation, even by SQL', async () => {
    const { id } = await engine.ended((await engine.start()).id);
    await expect(engine.dataSource.query(`UPDATE operations SET message = 'x' WHERE id = $1`, [id])).rejects.toThrow(
      'has ended',
    );
  });

  it('retries as a new operation that names the old one', async () => {
    const first = await engine.ended((await engine.start()).id);
    const again = await engine.operations.retry(first.id, { actor, createdBy: 'user' });
    expect(again.operation).toMatchObject({ retryOf: first.id });
    expect(again.operationId).not.toBe(first.id);
    await engine.ended(again.operationId);
  });

  it('gives the same operation for the same idempotency key, also after it has ended', async () => {
    const request = {
      type: 'ssh_test' as const,
      connection: { id: 3, name: 'host 3' },
      actor,
      createdBy: 'user' as const,
      idempotencyKey: 'k1',
    };
    const first = await engine.operations.start(request);
    await engine.ended(first.operationId);
    const again = await engine.operations.start(request);
    expect(again).toMatchObject({ operationId: first.operationId, status: 'started' });
    await expect(engine.operations.start({ ...request, connection: { id: 1, name: 'host 1' } })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it('lets operations that change a host take turns, and says who goes first', async () => {
    const hold = gate();
    const order: string[] = [];
    script.change = async ({ operation }) => {
      order.push(operation.target);
      if (operation.target === 'a') await hold.passed;
      return { message: 'changed' };
    };
    const a = await engine.start(changing, 1, 'a');
    await until(async () => (await engine.read(a.id)).status === 'in_progress');
    const b = await engine.start(changing, 1, 'b');
    await until(async () => (await engine.read(b.id)).phase === 'waiting');
    const c = await engine.start(changing, 1, 'c');
    await until(async () => (await engine.read(c.id)).phase === 'waiting');
    expect(await engine.read(b.id)).toMatchObject({ status: 'pending', blockedBy: a.id });
    expect(await engine.read(c.id)).toMatchObject({ status: 'pending', blockedBy: b.id });
    await engine.operations.cancel(b.id, actor);
    await until(async () => (await engine.read(c.id)).blockedBy === a.id);
    hold.open();
    expect(await engine.ended(c.id)).toMatchObject({ status: 'completed', effect: 'applied', blockedBy: null });
    expect(order).toEqual(['a', 'c']);
  });

  it('keeps the slot and not the turn while an operation is parked', async () => {
    let attempts = 0;
    script.change = ({ operation, park }) => {
      attempts += 1;
      if (operation.target === 'parked' && attempts === 1) park(new Date(Date.now() + 1_500), 'The CA asked to wait');
      return Promise.resolve({ message: 'changed' });
    };
    const parked = await engine.start(changing, 1, 'parked');
    await until(async () => (await engine.read(parked.id)).notBefore !== null);
    expect(await engine.read(parked.id)).toMatchObject({
      status: 'pending',
      phase: 'waiting',
      message: 'The CA asked to wait',
    });
    const again = await engine.operations.start({
      type: changing,
      connection: { id: 1, name: 'host 1' },
      target: 'parked',
      actor,
      createdBy: 'cron',
    });
    expect(again).toMatchObject({ status: 'already_running', operationId: parked.id });
    const other = await engine.ended((await engine.start(changing, 1, 'other')).id);
    expect(other.status).toBe('completed');
    expect((await engine.read(parked.id)).status).toBe('pending');
    expect(await engine.ended(parked.id)).toMatchObject({ status: 'completed', notBefore: null });
  });

  it('calls the outcome unknown when it was stopped while it worked on the host', async () => {
    script.change = (context) =>
      context.step(
        'act',
        () =>
          new Promise((_, reject) => {
            context.signal.addEventListener('abort', () => reject(new Error('stopped')));
          }),
      );
    const { id } = await engine.start(changing, 1, 'x');
    await until(async () => (await engine.read(id)).steps[1]?.status === 'running');
    await engine.operations.cancel(id, actor);
    expect(await engine.ended(id)).toMatchObject({ status: 'failed', errorCode: 'OUTCOME_UNKNOWN', effect: 'unknown' });
  });

  it('joins progress and log lines to at most ten events a second, and never lets progress go back', async () => {
    script.read = async (context) => {
      for (let n = 0; n < 100; n += 1) {
        context.progress(n % 50);
        context.log('stdout', `line ${String(n)}\n`);
        await pause(10);
      }
      return { message: 'done' };
    };
    const operation = await engine.ended((await engine.start()).id);
    const events = await engine.events(operation.id);
    const seconds = (Date.parse(operation.completedAt ?? '') - Date.parse(operation.claimedAt ?? '')) / 1_000;
    expect(events.filter(({ kind }) => kind === 'progress').length).toBeLessThanOrEqual(Math.ceil(seconds * 10));
    expect(events.flatMap(({ lines }) => lines ?? [])).toHaveLength(100);
    const progress = events.flatMap((event) => (event.operation ? [event.operation.progress] : []));
    expect(progress).toEqual([...progress].sort((one, other) => one - other));
  });

  it('cuts output over one MiB and marks it', async () => {
    script.read = (context) => {
      for (let n = 0; n < 300; n += 1) context.log('stdout', `${'x'.repeat(10_000)}\n`);
      return Promise.resolve({ message: 'done' });
    };
    const operation = await engine.ended((await engine.start()).id);
    const lines = (await engine.events(operation.id)).flatMap((event) => event.lines ?? []);
    const bytes = lines.reduce((sum, line) => sum + line.text.length, 0);
    expect(bytes).toBeLessThan(1_048_576 + 100);
    expect(lines.at(-1)).toMatchObject({ stream: 'system', text: expect.stringContaining('cut') as string });
  });
});
