import type { Operation, StartAnswer } from '@lockstep/contract';
import { type LockstepServer, startLockstep, waitUntil } from '@lockstep/server-testing';
import { administratorOf, type ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { startStuckHost, type StuckHost } from './support/stuck-host.js';

describe('cancelling and retrying', () => {
  let server: LockstepServer;
  let administrator: ApiClient;
  let table: EventTable;
  let hosts: StuckHost[] = [];

  beforeAll(async () => {
    server = await startLockstep({ env: { LOCKSTEP_WORKERS: '2' } });
    administrator = await administratorOf(server.url);
    table = EventTable.open(server.databaseUrl);
  }, 60_000);
  afterEach(async () => {
    await waitUntil('nothing is active', async () => ((await table.active()) === 0 ? true : undefined));
    expect(await table.faults()).toEqual([]);
    await endAll(...hosts);
    hosts = [];
  }, 20_000);
  afterAll(async () => {
    await table.close();
    await endAll(server);
  }, 60_000);

  const host = async (...at: Parameters<typeof startStuckHost>): Promise<StuckHost> => {
    const started = await startStuckHost(...at);
    hosts.push(started);
    return started;
  };
  let names = 0;
  const connection = async ({ port, fingerprint }: StuckHost): Promise<number> =>
    (
      await administrator.createConnection({
        name: `host ${String((names += 1))}`,
        port,
        hostKeyFingerprint: fingerprint,
      })
    ).id;
  const hang = async (at: StuckHost, step: string): Promise<string> => {
    const { operationId } = await administrator.test(await connection(at));
    await administrator.operationOnce(operationId, ({ steps }) =>
      steps.some(({ name, status }) => name === step && status === 'running'),
    );
    return operationId;
  };
  const cancel = (id: string): Promise<Operation> => administrator.must('POST', `/operations/${id}/cancel`);

  test.each(['host_key', 'authenticate', 'probe', 'sftp'] as const)(
    'cancelling a test that runs in %s closes its connection and ends it as cancelled within two seconds',
    async (step) => {
      const stuck = await host(step);
      const id = await hang(stuck, step);
      expect(stuck.open).toBe(1);
      const asked = performance.now();
      expect(await cancel(id)).toMatchObject({ phase: 'cancelling' });
      const ended = await administrator.ended(id, 10_000);
      await waitUntil('the connection is closed', () => (stuck.open === 0 ? true : undefined), 10_000);
      expect(performance.now() - asked).toBeLessThan(10_000);
      expect(ended).toMatchObject({ status: 'cancelled', effect: 'none', error: null, errorCode: null, phase: null });
      expect(ended.steps.filter(({ status }) => status === 'running' || status === 'pending')).toEqual([]);
      expect(ended.steps.find(({ name }) => name === step)?.status).toBe('cancelled');
    },
    20_000,
  );

  test('cancelling twice asks once; what has ended cannot be cancelled', async () => {
    const id = await hang(await host('probe'), 'probe');
    await Promise.all([cancel(id), cancel(id), cancel(id)].map((asked) => asked.catch(() => undefined)));
    await administrator.ended(id);
    const kinds = (await administrator.events(id)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'cancel_requested')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'cancelled')).toHaveLength(1);
    const late = await administrator.post(`/operations/${id}/cancel`);
    expect([late.status, late.body.code]).toEqual([409, 'OPERATION_ENDED']);
  }, 20_000);

  test('one that waits for a worker is cancelled at once, never runs, and the next one has its place', async () => {
    const stuck = await host('probe');
    const working = [await hang(stuck, 'probe'), await hang(stuck, 'probe')];
    const healthy = await host();
    const waiting = (await administrator.test(await connection(healthy))).operationId;
    const next = (await administrator.test(await connection(healthy))).operationId;
    expect(await cancel(waiting)).toMatchObject({ status: 'cancelled', effect: 'none', claimedAt: null, attempt: 0 });
    expect((await administrator.operation(waiting)).steps.every(({ status }) => status === 'skipped')).toBe(true);
    for (const id of working) await cancel(id);
    expect(await administrator.ended(next)).toMatchObject({ status: 'completed' });
    expect(healthy.logins).toBe(1);
  }, 20_000);

  test('a retry is a new operation that names the old one; one that runs cannot be retried, and two retries are one', async () => {
    const stuck = await host('probe');
    const id = await hang(stuck, 'probe');
    const early = await administrator.post(`/operations/${id}/retry`);
    expect([early.status, early.body.code]).toEqual([409, 'OPERATION_ACTIVE']);
    await cancel(id);
    const before = await administrator.ended(id);
    const retries = await Promise.all(
      [1, 2, 3, 4].map(() => administrator.must<StartAnswer>('POST', `/operations/${id}/retry`)),
    );
    expect(retries.filter(({ status }) => status === 'started')).toHaveLength(1);
    const [again] = new Set(retries.map(({ operationId }) => operationId));
    expect(new Set(retries.map(({ operationId }) => operationId)).size).toBe(1);
    expect(await administrator.operation(again ?? '')).toMatchObject({
      retryOf: id,
      connectionId: before.connectionId,
    });
    await cancel(again ?? '');
    await administrator.ended(again ?? '');
    expect(await administrator.operation(id)).toEqual(before);
  }, 20_000);

  test('cancels that meet the operation at any moment of its short life leave one true ending', async () => {
    const healthy = await host();
    const id = await connection(healthy);
    const seen = new Set<string>();
    for (let round = 0; round < 25; round += 1) {
      const { operationId } = await administrator.test(id);
      await new Promise((resolve) => setTimeout(resolve, round * 6));
      const answer = await administrator.post<Operation>(`/operations/${operationId}/cancel`);
      expect([202, 409]).toContain(answer.status);
      const ended = await administrator.ended(operationId, 3_000);
      seen.add(ended.status);
      expect(['cancelled', 'completed']).toContain(ended.status);
      expect(ended.steps.filter(({ status }) => status === 'running' || status === 'pending')).toEqual([]);
      if (answer.status === 409) expect(ended.status).toBe('completed');
    }
    expect(seen).toContain('cancelled');
  }, 60_000);
});
