import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, RollingRestart, RollingRestartPreview, StartAnswer } from '@lockstep/contract';
import { type SystemdHost, startSystemdHost, whyNoSystemdHosts } from '@lockstep/server-testing';
import { type ApiClient, administratorOf, createUser } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import {
  childrenOf,
  mostAtOnce,
  outcomesOf,
  rollingEnded,
  rollingOnce,
  rollingRestart,
  startRolling,
} from './support/rolling-client.js';
import { type TwoReplicas, startTwoReplicas } from './support/two-replicas.js';

const reason = await whyNoSystemdHosts();
const noted = '/var/log/lockstep-starts';
/** Notes each start, so that the host itself says how often it was restarted. */
const unit = (service: string): string =>
  `[Service]\nExecStartPre=/bin/sh -c 'echo start >> ${noted}'\n${service}\n[Unit]\nStartLimitIntervalSec=0\n`;
const steady = { '/etc/systemd/system/steady.service': unit('ExecStartPre=/bin/sleep 1\nExecStart=/bin/sleep 1d') };
const frail = {
  ...steady,
  '/etc/systemd/system/frail.service': unit(`ExecStart=/bin/sh -c 'echo no database; exit 3'`),
};
const sound = { ...steady, '/etc/systemd/system/frail.service': unit('ExecStart=/bin/sleep 1d') };

(reason ? describe.skip : describe)(`a rolling restart${reason ? ` (left out: ${reason})` : ''}`, () => {
  let replicas: TwoReplicas;
  let client: ApiClient;
  let hosts: SystemdHost[] = [];
  let ids: [number, number, number];

  beforeAll(async () => {
    replicas = await startTwoReplicas();
    client = await administratorOf(replicas.first.url);
    hosts = await Promise.all([sound, frail, sound].map((files) => startSystemdHost({ files })));
    const connected: Connection[] = [];
    for (const [index, host] of hosts.entries()) connected.push(await connectAsRoot(client, host, `host-${index + 1}`));
    ids = connected.map(({ id }) => id) as typeof ids;
  }, 300_000);
  afterAll(async () => {
    await endAll(replicas, ...hosts);
  }, 60_000);

  /** How often any service was started on each host since the last call. */
  const starts = async (): Promise<number[]> =>
    Promise.all(
      hosts.map(async (host) => Number(await host.execute(`touch ${noted}; wc -l < ${noted}; : > ${noted}`))),
    );

  test('takes the hosts in the order in which they were named, one after the other', async () => {
    await starts();
    const order = [ids[2], ids[0], ids[1]];
    const { id, targets } = await startRolling(client, { service: 'steady.service', connectionIds: order });
    expect(targets.map(({ connectionId }) => connectionId)).toEqual(order);
    const ended = await rollingEnded(client, id);
    expect(ended).toMatchObject({ status: 'completed', createdBy: 'user', service: 'steady.service' });
    expect(ended.completedAt).not.toBeNull();
    const children = await childrenOf(client, ended);
    expect(children.map(({ status, parentId }) => [status, parentId])).toEqual(order.map(() => ['completed', id]));
    const begun = children.map(({ startedAt }) => startedAt);
    expect(begun).toEqual(begun.toSorted());
    expect(mostAtOnce(children)).toBe(1);
    expect(await starts()).toEqual([1, 1, 1]);
  }, 60_000);

  test('restarts as many at once as was asked for, and no more', async () => {
    await starts();
    const { id } = await startRolling(client, { service: 'steady.service', connectionIds: ids, atOnce: 2 });
    const ended = await rollingEnded(client, id);
    expect(ended.status).toBe('completed');
    expect(mostAtOnce(await childrenOf(client, ended))).toBe(2);
    expect(await starts()).toEqual([1, 1, 1]);
  }, 60_000);

  test('begins no further host after so many failures', async () => {
    await starts();
    const order = [ids[0], ids[1], ids[2]];
    const { id } = await startRolling(client, { service: 'frail.service', connectionIds: order });
    const ended = await rollingEnded(client, id);
    expect(ended.status).toBe('stopped');
    expect(ended.targets.map(({ status }) => status)).toEqual(['completed', 'failed', 'not_begun']);
    expect((await starts())[2]).toBe(0);

    const patient = { service: 'frail.service', connectionIds: order, stopAfterFailures: 2 };
    const again = await rollingEnded(client, (await startRolling(client, patient)).id);
    expect(await outcomesOf(client, again)).toEqual(['completed', expect.stringMatching(/^failed/u), 'completed']);
    expect(again.status).toBe('failed');
  }, 60_000);

  test('that is cancelled lets what runs go on, and begins nothing more', async () => {
    await starts();
    const { id } = await startRolling(client, { service: 'steady.service', connectionIds: ids });
    await rollingOnce(client, id, ({ targets }) => targets[0]?.status === 'in_progress');
    const answer = await client.post(`/rolling-restarts/${id}/cancel`);
    expect(answer).toMatchObject({ status: 202, body: { status: 'running' } });
    const ended = await rollingEnded(client, id);
    expect(ended.status).toBe('cancelled');
    expect(ended.targets.map(({ status }) => status)).toEqual(['completed', 'not_begun', 'not_begun']);
    expect(await starts()).toEqual([1, 0, 0]);
    expect(await client.post(`/rolling-restarts/${id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'OPERATION_ENDED' },
    });
  }, 60_000);

  test('is begun once for one Idempotency-Key, also after it has ended', async () => {
    await starts();
    const wish = {
      body: { service: 'steady.service', connectionIds: [ids[0]] },
      headers: { 'idempotency-key': 'patch-7' },
    };
    const start = (): Promise<RollingRestart> => client.must('POST', '/rolling-restarts', wish);
    const begun = await Promise.all(Array.from({ length: 5 }, start));
    expect(new Set(begun.map(({ id }) => id)).size).toBe(1);
    await rollingEnded(client, begun[0]?.id ?? '');
    expect((await start()).id).toBe(begun[0]?.id);
    expect(await starts()).toEqual([1, 0, 0]);
    const other = { ...wish, body: { ...wish.body, atOnce: 2 } };
    expect(await client.call('POST', '/rolling-restarts', other)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  }, 60_000);

  test('passes over a host that was removed before its turn, and says so', async () => {
    const [host] = hosts;
    if (!host) throw new Error('There is no host.');
    const gone = await connectAsRoot(client, host, 'soon-gone');
    const order = [ids[0], gone.id, ids[2]];
    const { id } = await startRolling(client, { service: 'steady.service', connectionIds: order });
    expect((await client.call('DELETE', `/connections/${gone.id}`)).status).toBe(204);
    const ended = await rollingEnded(client, id);
    expect(ended.status).toBe('failed');
    expect(ended.targets.map(({ status }) => status)).toEqual(['completed', 'not_begun', 'completed']);
    expect(ended.targets[1]?.refusal).toContain('removed');
  }, 60_000);

  test('joins a restart that runs already', async () => {
    await starts();
    const body = { service: 'steady.service' };
    const single = await client.must<StartAnswer>('POST', `/connections/${ids[0]}/restart-service`, { body });
    const { id } = await startRolling(client, { service: 'steady.service', connectionIds: [ids[0], ids[2]] });
    const ended = await rollingEnded(client, id);
    expect(ended.status).toBe('completed');
    expect(ended.targets[0]?.operationId).toBe(single.operationId);
    expect(await starts()).toEqual([1, 0, 1]);
  }, 60_000);

  test('is carried on after the server that began it was killed (-9), and restarts each host once', async () => {
    for (const delay of [150, 700, 1_600]) {
      await starts();
      const wish = { service: 'steady.service', connectionIds: ids, stopAfterFailures: 3 };
      const { id } = await startRolling(client, wish);
      await pause(delay);
      await Promise.all([replicas.first.kill9(), replicas.second.kill9()]);
      await replicas.first.start();
      await replicas.second.start();
      const ended = await rollingEnded(client, id);
      // One that was lost just before its restart is told to have failed, rather than to be restarted on a guess.
      const completed = ended.targets.map(({ status }) => (status === 'completed' ? 1 : 0));
      expect(await starts()).toEqual(completed);
      expect(completed.filter((one) => one === 1).length).toBeGreaterThanOrEqual(2);
      expect(await childCount(id)).toBe(3);
    }
  }, 300_000);

  test('is carried on by the other replica while its own is away', async () => {
    await starts();
    const { id } = await startRolling(client.at(replicas.second.url), {
      service: 'steady.service',
      connectionIds: ids,
    });
    await rollingOnce(client, id, ({ targets }) => targets[0]?.status !== 'waiting');
    await replicas.second.kill9();
    expect(await rollingEnded(client, id)).toMatchObject({ status: 'completed' });
    expect(await starts()).toEqual([1, 1, 1]);
    await replicas.second.start();
  }, 120_000);

  test('begins nothing twice where several run at once, on several replicas', async () => {
    await starts();
    const begun = await Promise.all(
      [client, client.at(replicas.second.url), client, client.at(replicas.second.url)].map((each) =>
        startRolling(each, { service: 'steady.service', connectionIds: ids, atOnce: 3 }),
      ),
    );
    for (const { id } of begun) expect(await rollingEnded(client, id)).toMatchObject({ status: 'completed' });
    const counts = await Promise.all(begun.map(({ id }) => childCount(id)));
    // Who came second joined what ran: as many restarts as operations, and each host had at least one.
    const restarts = await starts();
    expect(sum(restarts)).toBe(sum(counts));
    expect(Math.min(...restarts)).toBeGreaterThanOrEqual(1);
  }, 120_000);

  test('tells beforehand whom it would skip and why, and takes nobody whom one may not see', async () => {
    const spare = await client.createConnection({ name: 'spare', port: 1 });
    const body = { service: 'steady.service', connectionIds: [ids[0], spare.id, 2_000_000_000] };
    const preview = await client.must<RollingRestartPreview>('POST', '/rolling-restarts/preview', { body });
    expect(preview.targets).toEqual([{ connectionId: ids[0], connectionName: 'host-1' }]);
    expect(preview.skipped).toEqual([
      { connectionId: spare.id, connectionName: 'spare', reason: expect.stringContaining('host key') },
      { connectionId: 2_000_000_000, connectionName: null, reason: expect.stringContaining('not been granted') },
    ]);
    const wrongName = { service: 'no suffix', connectionIds: [ids[0]] };
    expect(await client.post('/rolling-restarts', wrongName)).toMatchObject({
      status: 422,
      body: { code: 'NOTHING_TO_DO' },
    });

    const { client: other } = await createUser(client, { username: 'olga', role: 'operator', connectionIds: [ids[1]] });
    const seen = await other.must<RollingRestartPreview>('POST', '/rolling-restarts/preview', {
      body: { service: 'steady.service', connectionIds: ids },
    });
    expect(seen.targets.map(({ connectionId }) => connectionId)).toEqual([ids[1]]);
    const { id } = await rollingEnded(
      client,
      (await startRolling(client, { service: 'steady.service', connectionIds: [ids[0], ids[1]] })).id,
    );
    expect((await rollingRestart(other, id)).targets.map(({ connectionId }) => connectionId)).toEqual([ids[1]]);
  }, 60_000);

  /** Operations that were begun for it. */
  const childCount = async (id: string): Promise<number> => {
    const rows = await replicas.table.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM operations WHERE parent_id = $1',
      [id],
    );
    return rows[0]?.count ?? 0;
  };
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

async function connectAsRoot(client: ApiClient, host: SystemdHost, name: string): Promise<Connection> {
  await host.execute('mkdir -m 700 -p /root/.ssh && cp ~lockstep/.ssh/authorized_keys /root/.ssh/');
  const connection = await client.createConnection({
    name,
    port: host.port,
    username: 'root',
    credential: { kind: 'private_key', privateKey: host.user.privateKey },
    hostKeyFingerprint: host.hostKeyFingerprint,
  });
  await client.must('PUT', `/connections/${connection.id}/service-settings`, { body: { settleSeconds: 1 } });
  return connection;
}
