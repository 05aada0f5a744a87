import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { type OperationContext, OperationFailure, type OperationResult } from '../src/index.js';
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

/** Nobody waits for it in these tests: what goes on before it was woken. */
const muchLater = (): Date => new Date(Date.now() + 3_600_000);

describe('an operation that waits for its children', () => {
  let database: TestDatabase;
  let engine: Engine;
  const script: Script = { ...quiet };

  beforeAll(async () => {
    database = await createTestDatabase();
    // One worker: a parent that kept it would wait for ever.
    engine = await startEngine(database.url, { script, workers: 1 });
    await fillDatabase(engine.dataSource);
  });
  afterAll(async () => {
    await engine.stop();
    await database.drop();
  });
  beforeEach(() => Object.assign(script, quiet));

  const startChild = (parentId: string, connectionId: number): Promise<unknown> =>
    engine.operations.start({
      type: 'ssh_test',
      connection: { id: connectionId, name: `host ${String(connectionId)}` },
      actor,
      createdBy: 'user',
      parentId,
    });

  /** Starts a child on each of the connections once, and waits for them in its step `after`. */
  const parentOf =
    (...connectionIds: number[]) =>
    async (context: OperationContext): Promise<OperationResult> => {
      const { id } = context.operation;
      const known = await engine.operations.children(id);
      if (known.length === 0) for (const connectionId of connectionIds) await startChild(id, connectionId);
      return context.step('after', async () => {
        const children = await engine.operations.children(id);
        if (children.some(({ completedAt }) => completedAt === null)) context.awaitChildren(muchLater(), 'Waits');
        return { message: children.map(({ status }) => status).join(' ') };
      });
    };
  const parked = (id: string): Promise<void> =>
    until(async () => (await engine.read(id)).notBefore !== null, 'it waits');
  const childrenOf = (id: string) => engine.operations.children(id);

  it('keeps no worker meanwhile, goes on when the last has ended, and does not begin its step anew', async () => {
    const hold = gate();
    script.read = ({ operation }) =>
      (operation.connectionId === 3 ? hold.passed : Promise.resolve()).then(() => ({ message: 'read' }));
    script.change = parentOf(2, 3);
    const { id } = await engine.start(changing, 1, 'waits');
    await parked(id);
    await until(async () => (await childrenOf(id)).some(({ status }) => status === 'completed'));
    const waiting = await engine.read(id);
    expect(waiting).toMatchObject({ status: 'pending', phase: 'waiting', message: 'Waits', attempt: 1 });
    hold.open();
    const ended = await engine.ended(id);
    expect(ended).toMatchObject({ status: 'completed', message: 'completed completed', attempt: 1 });
    expect(ended.steps[2]?.startedAt).toBe(waiting.steps[2]?.startedAt);
    expect((await childrenOf(id)).map(({ parentId }) => parentId)).toEqual([id, id]);
  });

  it('does not wait for children that ended while it laid itself down', async () => {
    script.change = async (context) => {
      const { id } = context.operation;
      const known = await engine.operations.children(id);
      if (known.length > 0) return { message: 'seen' };
      await startChild(id, 2);
      const [child] = await engine.operations.children(id);
      // Its only worker is here, so that the child ends otherwise.
      await engine.operations.cancel(child?.id ?? '', actor);
      return context.awaitChildren(muchLater(), 'Waits');
    };
    const { id } = await engine.start(changing, 1, 'late');
    expect(await engine.ended(id)).toMatchObject({ status: 'completed', message: 'seen' });
  });

  it('is woken by two that end at once, on two replicas', async () => {
    const second = await startEngine(database.url, { script, workers: 5 });
    script.change = parentOf(1, 2, 3);
    for (let round = 0; round < 5; round += 1) {
      const hold = gate();
      script.read = () => hold.passed.then(() => ({ message: 'read' }));
      const { id } = await engine.start(changing, 1, `round ${String(round)}`);
      await parked(id);
      await until(async () => (await childrenOf(id)).every(({ status }) => status === 'in_progress'));
      hold.open();
      expect(await engine.ended(id)).toMatchObject({ status: 'completed', message: 'completed completed completed' });
    }
    await second.stop();
  });

  it('is woken by a child that failed, and by one whose workers were lost', async () => {
    script.read = () => Promise.reject(new OperationFailure('COMMAND_FAILED', 'It failed.'));
    script.change = parentOf(2);
    const failing = await engine.start(changing, 1, 'fails');
    expect(await engine.ended(failing.id)).toMatchObject({ status: 'completed', message: 'failed' });

    const hold = gate();
    script.read = () => hold.passed.then(() => ({ message: 'never' }));
    const { id } = await engine.start(changing, 1, 'lost');
    await parked(id);
    await until(async () => (await childrenOf(id))[0]?.status === 'in_progress');
    await engine.dataSource.query(
      `UPDATE operations SET attempt = 5, fence = fence + 5, lease_until = clock_timestamp() - interval '1 s' WHERE parent_id = $1`,
      [id],
    );
    await until(async () => (await childrenOf(id))[0]?.errorCode === 'WORKER_LOST');
    hold.open();
    expect(await engine.ended(id)).toMatchObject({ status: 'completed', message: 'failed' });
  });

  it('may wait as often as it likes: only lost workers are counted', async () => {
    let runs = 0;
    script.change = ({ park }) => {
      runs += 1;
      if (runs <= 7) park(new Date(), 'Once more');
      return Promise.resolve({ message: 'done' });
    };
    const { id } = await engine.start(changing, 1, 'often');
    expect(await engine.ended(id)).toMatchObject({ status: 'completed', attempt: 1 });
    expect(runs).toBe(8);
  });

  it('stops with its children when it is cancelled, also when it is not its turn', async () => {
    const hold = gate();
    script.read = (context) =>
      new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(new Error('stopped'))));
    const asParent = parentOf(2, 3);
    script.change = async (context) => {
      if (context.operation.target === 'other') return hold.passed.then(() => ({ message: 'done' }));
      if (!context.signal.aborted) return asParent(context);
      const children = await childrenOf(context.operation.id);
      if (children.some(({ completedAt }) => completedAt === null)) context.awaitChildren(muchLater(), 'Stopping');
      throw new OperationFailure('CANCELLED_TOO_LATE', children.map(({ status }) => status).join(' '), {
        effect: 'partial',
      });
    };
    const { id } = await engine.start(changing, 1, 'cancelled');
    await parked(id);
    await until(async () => (await childrenOf(id)).some(({ status }) => status === 'in_progress'));
    const second = await startEngine(database.url, { script, workers: 5 });
    const other = await engine.start(changing, 1, 'other');
    await until(async () => (await engine.read(other.id)).status === 'in_progress');
    expect(await engine.operations.cancel(id, { ...actor, name: 'bob' })).toMatchObject({
      message: 'bob asked to stop it',
    });
    const ended = await engine.ended(id);
    expect(ended).toMatchObject({ errorCode: 'CANCELLED_TOO_LATE', error: 'cancelled cancelled', effect: 'partial' });
    expect(ended.steps[2]).toMatchObject({ name: 'after', status: 'cancelled' });
    expect((await engine.read(other.id)).status).toBe('in_progress');
    hold.open();
    await engine.ended(other.id);
    await second.stop();
  });
});
