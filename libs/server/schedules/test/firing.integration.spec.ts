import type { Operation, Schedule } from '@lockstep/contract';
import { type Sshd, type TestDatabase, createTestDatabase, startSshd, waitUntil } from '@lockstep/server-testing';
import { SchedulesServer } from './schedules-server.js';

describe('a schedule that is due', () => {
  let database: TestDatabase;
  let server: SchedulesServer;
  let replica: SchedulesServer;
  let sshd: Sshd;
  let host: number;

  beforeAll(async () => {
    [database, sshd] = await Promise.all([createTestDatabase(), startSshd()]);
    server = await SchedulesServer.start(database.url, { ticks: false });
    replica = await SchedulesServer.start(database.url, { ticks: false });
    host = await server.addConnection('alpha', { sshd, tags: ['web'] });
  });
  afterAll(async () => {
    await replica.stop();
    await server.stop();
    await Promise.all([database.drop(), sshd.stop()]);
  });

  const read = (id: number) => server.must<Schedule>(`GET /schedules/${String(id)}`);

  it('starts ordinary operations, created by cron, with the schedule as their actor', async () => {
    const { id } = await server.add({ name: 'Nightly test', tag: 'web' });
    const run = await server.run(id);
    expect(run).toMatchObject({ createdBy: 'cron', missed: 0, started: 1, joined: 0, skipped: 0 });
    const operation = await server.must<Operation>(`GET /operations/${run.targets[0]?.operationId ?? ''}`);
    expect(operation).toMatchObject({
      connectionId: host,
      type: 'ssh_test',
      createdBy: 'cron',
      actor: { kind: 'schedule', id: String(id), name: 'Nightly test' },
    });
    expect(await server.runEnded(id)).toMatchObject({ outcome: 'completed', failed: 0 });
    expect((await read(id)).lastRun).toMatchObject({ id: run.id, outcome: 'completed' });
  });

  it('runs once, however many replicas fire it at the same time', async () => {
    const { id } = await server.add({ connectionIds: [host] });
    await server.makeDue(id);
    await Promise.all(Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? server : replica).fire(id)));
    expect(await server.runs(id)).toHaveLength(1);
    const operations = await server.must<{ items: Operation[] }>('GET /operations?limit=500');
    expect(operations.items.filter(({ actor }) => actor.id === String(id) && actor.kind === 'schedule')).toHaveLength(
      1,
    );
    await server.runEnded(id);
  });

  it('is caught up once for all the times that it missed, and says how many', async () => {
    const { id } = await server.add({ connectionIds: [host], cron: '* * * * *' });
    await server.makeDue(id, 7);
    await server.fire(id);
    await server.fire(id);
    const runs = await server.runs(id);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.missed).toBeGreaterThanOrEqual(7);
    const { nextRun } = await read(id);
    expect(Date.parse(nextRun ?? '')).toBeGreaterThan(Date.parse(runs[0]?.firedAt ?? ''));
    await server.runEnded(id);
  });

  it('does not run a slot again that a clock set back brings a second time', async () => {
    const { id } = await server.add({ connectionIds: [host] });
    const { slot } = await server.run(id);
    await server.runEnded(id);
    await server.dataSource.query('UPDATE schedules SET next_run = $2 WHERE id = $1', [id, slot]);
    await server.fire(id);
    expect(await server.runs(id)).toHaveLength(1);
    expect(Date.parse((await read(id)).nextRun ?? '')).toBeGreaterThan(Date.parse(slot ?? ''));
  });

  it('joins what runs already, and tells whose operation it is', async () => {
    await sshd.freeze();
    try {
      const begun = await server.must<{ operationId: string }>(`POST /connections/${String(host)}/test-connection`);
      const { id } = await server.add({ connectionIds: [host] });
      const run = await server.run(id);
      expect(run).toMatchObject({ started: 0, joined: 1, outcome: 'running' });
      expect(run.targets).toMatchObject([{ result: 'joined', operationId: begun.operationId }]);
      await sshd.thaw();
      expect(await server.runEnded(id)).toMatchObject({ outcome: 'completed' });
    } finally {
      await sshd.thaw();
    }
  });

  it('leaves its operations to go on when it is deleted while they run', async () => {
    await sshd.freeze();
    try {
      const { id } = await server.add({ connectionIds: [host] });
      const { targets } = await server.run(id);
      expect((await server.call(`DELETE /schedules/${String(id)}`)).status).toBe(204);
      expect((await server.call(`GET /schedules/${String(id)}`)).status).toBe(404);
      await server.fire(id);
      await sshd.thaw();
      const ended = await waitUntil('the operation ends', async () => {
        const operation = await server.must<Operation>(`GET /operations/${targets[0]?.operationId ?? ''}`);
        return operation.completedAt === null ? undefined : operation;
      });
      expect(ended).toMatchObject({ status: 'completed', actor: { kind: 'schedule', name: 'Nightly' } });
    } finally {
      await sshd.thaw();
    }
  });

  it('does not run while it is disabled, and counts from the moment it is enabled again', async () => {
    const { id } = await server.add({ connectionIds: [host], cron: '* * * * *' });
    await server.makeDue(id, 5);
    await server.must(`PATCH /schedules/${String(id)}`, { enabled: false });
    expect((await read(id)).nextRun).toBeNull();
    await server.fire(id);
    const { nextRun } = await server.must<Schedule>(`PATCH /schedules/${String(id)}`, { enabled: true });
    expect(Date.parse(nextRun ?? '')).toBeGreaterThan(Date.now() - 60_000);
    await server.fire(id);
    expect(await server.runs(id)).toEqual([]);
  });

  it('counts from now when its time is changed, and keeps its time when something else is', async () => {
    const { id } = await server.add({ connectionIds: [host] });
    await server.makeDue(id, 5);
    const { nextRun: due } = await read(id);
    expect((await server.must<Schedule>(`PATCH /schedules/${String(id)}`, { name: 'Other' })).nextRun).toBe(due);
    const moved = await server.must<Schedule>(`PATCH /schedules/${String(id)}`, { timeZone: 'Asia/Tokyo' });
    expect(Date.parse(moved.nextRun ?? '')).toBeGreaterThan(Date.parse(due ?? ''));
    expect(new Date(moved.nextRun ?? '').getUTCHours()).toBe(17);
    await server.fire(id);
    expect(await server.runs(id)).toEqual([]);
  });

  it('is done now by the person who asks, and its next time stays', async () => {
    const { id, nextRun } = await server.add({ connectionIds: [host] });
    const { status, body } = await server.call<{ targets: { operationId: string }[] }>(
      `POST /schedules/${String(id)}/run`,
    );
    expect(status).toBe(202);
    expect(body).toMatchObject({ slot: null, createdBy: 'user', actor: { kind: 'user', name: 'ada' }, started: 1 });
    const operation = await server.must<Operation>(`GET /operations/${body.targets[0]?.operationId ?? ''}`);
    expect(operation).toMatchObject({ createdBy: 'user', actor: { kind: 'user', name: 'ada' } });
    expect((await read(id)).nextRun).toBe(nextRun);
    await server.runEnded(id);
  });

  it('is done once, however many ask for it at the same time', async () => {
    const { id } = await server.add({ connectionIds: [host] });
    await sshd.freeze();
    try {
      const asked = Array.from({ length: 40 }, () =>
        server.must<{ started: number; joined: number }>(`POST /schedules/${String(id)}/run`),
      );
      const runs = await Promise.all(asked);
      expect(runs.filter(({ started }) => started === 1)).toHaveLength(1);
      expect(runs.filter(({ joined }) => joined === 1)).toHaveLength(39);
    } finally {
      await sshd.thaw();
    }
    await server.runEnded(id);
  });

  it('restarts a service host by host, and a later run joins while that goes on', async () => {
    const others: number[] = [];
    for (const name of ['beta', 'gamma']) others.push(await server.addConnection(name, { sshd, tags: ['fleet'] }));
    const restart = { type: 'service_restart', service: 'nginx.service', tag: 'fleet', stopAfterFailures: 5 };
    await sshd.freeze();
    try {
      const { id } = await server.add(restart);
      const first = await server.run(id);
      expect(first).toMatchObject({ started: 2, joined: 0, outcome: 'running' });
      await server.makeDue(id, 1);
      await server.fire(id);
      const second = await server.lastRun(id);
      expect(second).toMatchObject({ started: 0, joined: 2, rollingRestartId: first.rollingRestartId });
      await sshd.thaw();
      // There is no systemd behind this sshd.
      const ended = await server.runEnded(id);
      expect(ended.outcome).toBe('failed');
      expect(ended.targets.map(({ connectionId, operationStatus }) => [connectionId, operationStatus])).toEqual(
        others.map((connectionId) => [connectionId, 'failed']),
      );
      const operation = await server.must<Operation>(`GET /operations/${ended.targets[0]?.operationId ?? ''}`);
      expect(operation).toMatchObject({ createdBy: 'cron', actor: { kind: 'schedule', id: String(id) } });
      expect(operation.parentId).toBe(first.rollingRestartId);
    } finally {
      await sshd.thaw();
    }
  });
});
