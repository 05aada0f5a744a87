import type { StartAnswer } from '@lockstep/contract';
import { type Answer, createUser } from './support/api-client.js';
import { startStuckHost, type StuckHost } from './support/stuck-host.js';
import { endAll } from './support/end-all.js';
import { startTwoReplicas, type TwoReplicas } from './support/two-replicas.js';

describe('the slot of a connection', () => {
  let replicas: TwoReplicas;
  let host: StuckHost;

  beforeAll(async () => {
    [replicas, host] = await Promise.all([startTwoReplicas(), startStuckHost('authenticate')]);
  }, 60_000);
  afterAll(() => endAll(replicas, host), 60_000);

  const stuckConnection = async (name: string): Promise<number> => {
    const input = { name, port: host.port, hostKeyFingerprint: host.fingerprint };
    return (await replicas.administrator.createConnection(input)).id;
  };

  /** Every other one at the second replica. */
  const postAtOnce = (
    times: number,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<Answer<StartAnswer>[]> => {
    const atSecond = replicas.administrator.at(replicas.second.url);
    const requests = Array.from({ length: times }, (_, index) =>
      (index % 2 ? atSecond : replicas.administrator).post<StartAnswer>(path, undefined, { headers }),
    );
    return Promise.all(requests);
  };

  test('of 1,000 requests at once on two replicas one starts and 999 join it, and none is an error', async () => {
    const id = await stuckConnection('a thousand');
    const answers = await postAtOnce(1_000, `/connections/${String(id)}/test-connection`);
    const bodies = answers.flatMap(({ status, body }) => (status === 202 ? [body] : []));
    expect(answers.map(({ status }) => status).filter((status) => status !== 202)).toEqual([]);
    expect(bodies.filter(({ status }) => status === 'started')).toHaveLength(1);
    expect(bodies.filter(({ status }) => status === 'already_running')).toHaveLength(999);
    expect(new Set(bodies.map(({ operationId }) => operationId)).size).toBe(1);
    const rows = await replicas.table.query('SELECT id FROM operations WHERE connection_id = $1', [id]);
    expect(rows).toEqual([{ id: bodies[0]?.operationId }]);
    await replicas.administrator.post(`/operations/${bodies[0]?.operationId ?? ''}/cancel`);
    await replicas.administrator.ended(bodies[0]?.operationId ?? '');
    expect(await replicas.table.faults()).toEqual([]);
  }, 60_000);

  test('a second user joins what the first one started, and is told who that was', async () => {
    const id = await stuckConnection('two users');
    const operator = await createUser(replicas.administrator, {
      username: 'olga',
      role: 'operator',
      connectionIds: [id],
    });
    const started = await replicas.administrator.test(id);
    const joined = await operator.client.at(replicas.second.url).test(id);
    expect(joined).toMatchObject({ operationId: started.operationId, status: 'already_running' });
    expect(joined.message).toContain(started.operation.actor.name);
    await operator.client.post(`/operations/${started.operationId}/cancel`);
    await replicas.administrator.ended(started.operationId);
  }, 20_000);

  test('the same actor and Idempotency-Key get the same operation, at once a hundred times and after its end', async () => {
    const id = await stuckConnection('keyed');
    const headers = { 'idempotency-key': 'deploy-42' };
    const path = `/connections/${String(id)}/test-connection`;
    const same = await postAtOnce(100, path, headers);
    const ids = new Set(same.map((answer) => answer.body.operationId));
    expect(same.every((answer) => answer.status === 202)).toBe(true);
    expect(ids.size).toBe(1);
    const [operationId = ''] = [...ids] as string[];
    await replicas.administrator.post(`/operations/${operationId}/cancel`);
    await replicas.administrator.ended(operationId);
    const late: Answer<StartAnswer> = await replicas.administrator.post(path, undefined, { headers });
    expect(late.body).toMatchObject({ operationId, operation: { status: 'cancelled' } });
    const other = await stuckConnection('another');
    const reused = await replicas.administrator.post(`/connections/${String(other)}/test-connection`, undefined, {
      headers,
    });
    expect([reused.status, reused.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  }, 20_000);
});
