import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import type { StartRequest } from '../src/index.js';
import { type Engine, actor, changing, fillDatabase, startEngine } from './engine-harness.js';

describe('starts that come at once', () => {
  let database: TestDatabase;
  let engine: Engine;

  const request = (connectionId: number, more: Partial<StartRequest> = {}): StartRequest => ({
    type: 'ssh_test',
    connection: { id: connectionId, name: `host ${String(connectionId)}` },
    actor,
    createdBy: 'user',
    ...more,
  });

  beforeEach(async () => {
    database = await createTestDatabase();
    // Nobody works, so what was accepted stays as it is.
    engine = await startEngine(database.url, { workers: 0 });
    await fillDatabase(engine.dataSource, 20);
  });
  afterEach(async () => {
    await engine.stop();
    await database.drop();
  });

  it('give each slot one operation, with one event, job and audit entry', async () => {
    const wanted = Array.from({ length: 60 }, (_, index) => request(1 + (index % 20)));
    const answers = await Promise.all(wanted.map((each) => engine.operations.start(each)));
    expect(answers.filter(({ status }) => status === 'started')).toHaveLength(20);
    answers.forEach(({ operation }, index) => expect(operation.connectionId).toBe(wanted[index]?.connection.id));
    const ids = new Set(answers.map(({ operationId }) => operationId));
    expect(ids.size).toBe(20);
    const [counts] = await engine.dataSource.query<unknown[]>(
      `SELECT (SELECT count(*)::integer FROM operations) AS operations,
         (SELECT count(*)::integer FROM operation_events WHERE kind = 'accepted' AND sequence = 1 AND position = 1) AS events,
         (SELECT count(*)::integer FROM graphile_worker.jobs WHERE key = ANY ($1)) AS jobs,
         (SELECT count(DISTINCT subject)::integer FROM audit_entries WHERE action = 'operation.started') AS entries`,
      [[...ids]],
    );
    expect(counts).toEqual({ operations: 20, events: 20, jobs: 20, entries: 20 });
  });

  it('number the events of one connection without a gap', async () => {
    await engine.operations.start(request(1));
    const targets = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(targets.map((target) => engine.operations.start(request(1, { type: changing, target }))));
    const rows = await engine.dataSource.query<unknown[]>(
      `SELECT position::integer FROM operation_events ORDER BY position`,
    );
    expect(rows).toEqual([1, 2, 3, 4, 5, 6].map((position) => ({ position })));
    const streams = await engine.dataSource.query<unknown[]>(`SELECT position::integer FROM connection_streams`);
    expect(streams).toEqual([{ position: 6 }]);
  });

  it('join what runs already, beside others that start', async () => {
    const running = await engine.operations.start(request(2));
    const answers = await Promise.all([1, 2, 3].map((id) => engine.operations.start(request(id))));
    expect(answers.map(({ status }) => status)).toEqual(['started', 'already_running', 'started']);
    expect(answers[1]?.operationId).toBe(running.operationId);
  });

  it('fail alone: one that cannot be accepted spoils no other', async () => {
    const missing = 999;
    const results = await Promise.allSettled([1, missing, 2, 3].map((id) => engine.operations.start(request(id))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    const rows = await engine.dataSource.query<unknown[]>(`SELECT connection_id AS id FROM operations ORDER BY id`);
    expect(rows).toHaveLength(3);
  });

  it('come from two replicas and never wait for each other in a circle', async () => {
    const other = await startEngine(database.url, { workers: 0 });
    try {
      const forward = Array.from({ length: 20 }, (_, index) => engine.operations.start(request(index + 1)));
      const backward = Array.from({ length: 20 }, (_, index) => other.operations.start(request(20 - index)));
      const answers = await Promise.all([...forward, ...backward]);
      expect(answers.filter(({ status }) => status === 'started')).toHaveLength(20);
      expect(new Set(answers.map(({ operationId }) => operationId)).size).toBe(20);
    } finally {
      await other.stop();
    }
  });
});
