import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import {
  type Engine,
  type Script,
  actor,
  changing,
  fillDatabase,
  quiet,
  startEngine,
  until,
} from './engine-harness.js';

describe('a handler that does not hear', () => {
  let database: TestDatabase;
  let engine: Engine;
  const script: Script = { ...quiet, changeDeadlineMs: 500 };
  const never = (): Promise<never> => new Promise(() => undefined);

  beforeAll(async () => {
    database = await createTestDatabase();
    engine = await startEngine(database.url, { script, workers: 1 });
    await fillDatabase(engine.dataSource);
  });
  afterAll(async () => {
    await engine.stop();
    await database.drop();
  });

  it('does not keep its operation beyond the deadline, nor the worker’s place', async () => {
    script.change = async (context) => {
      await context.step('before', never);
      return { message: 'never' };
    };
    const operation = await engine.ended((await engine.start(changing)).id);
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'DEADLINE_EXCEEDED', effect: 'none' });
    expect(operation.steps.map(({ status }) => status)).toEqual(['cancelled', 'skipped', 'skipped']);
    expect(Date.parse(operation.completedAt ?? '') - Date.parse(operation.claimedAt ?? '')).toBeLessThan(500 + 5_000);
    expect(await engine.ended((await engine.start()).id)).toMatchObject({ status: 'completed' });
  });

  it('leaves an unknown outcome when it was acting on the host', async () => {
    script.change = async (context) => {
      await context.step('before', () => Promise.resolve());
      await context.step('act', never);
      return { message: 'never' };
    };
    const operation = await engine.ended((await engine.start(changing)).id);
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'OUTCOME_UNKNOWN', effect: 'unknown' });
  });

  it('does not keep a cancelled operation either', async () => {
    script.read = async (context) => {
      await context.step('look', never);
      return { message: 'never' };
    };
    const { id } = await engine.start();
    await until(async () => (await engine.read(id)).steps[0]?.status === 'running');
    await engine.operations.cancel(id, actor);
    expect(await engine.ended(id)).toMatchObject({ status: 'cancelled', effect: 'none' });
  });
});
