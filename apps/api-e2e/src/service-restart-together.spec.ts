import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import type { StartAnswer } from '@lockstep/contract';
import {
  type LockstepServer,
  type ServiceHost,
  startLockstep,
  startServiceHost,
  waitUntil,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { administratorOf, type ApiClient, createUser } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { connectHost, inStep, postRestart, restarted, startRestart } from './support/restart-client.js';

const reason = await whyNoSystemdHosts();
/** Three rounds of double clicks on ten units. */
const [doubles, rounds] = [10, 3];
const units = Array.from({ length: doubles }, (_, index) => `worker@${String(index)}.service`);

(reason ? describe.skip : describe)(
  `service restarts of several people${reason ? ` (left out: ${reason})` : ''}`,
  () => {
    let server: LockstepServer;
    let client: ApiClient;
    let fleet: ServiceHost;

    beforeAll(async () => {
      [server, fleet] = await Promise.all([
        startLockstep(),
        startServiceHost({
          mayRestart: [...units, 'steady.service', 'other.service'],
          files: { '/etc/ssh/sshd_config.d/many.conf': 'MaxStartups 100\n' },
        }),
      ]);
      client = await administratorOf(server.url);
      await fleet.wrapSystemctl();
    }, 300_000);
    afterAll(() => endAll(server, fleet), 60_000);

    const connect = async (name: string): Promise<number> => (await connectHost(client, fleet.host, { name })).id;

    test('two units of one host take turns, and the second says for whom it waits; the same unit is joined', async () => {
      const id = await connect('turns');
      await fleet.setMode('steady.service', 'wait');
      const first = await startRestart(client, id, 'steady.service');
      await inStep(client, first, 'restart');
      const second = await startRestart(client, id, 'other.service');
      const waiting = await client.operationOnce(second, ({ phase }) => phase === 'waiting');
      expect(waiting).toMatchObject({ status: 'pending', blockedBy: first });
      const joined = await postRestart(client, id, 'steady.service');
      expect(joined.body).toMatchObject({ operationId: first, status: 'already_running' });
      const [one, other] = [await client.ended(first), await client.ended(second)];
      expect([one.status, other.status]).toEqual(['completed', 'completed']);
      expect(Date.parse(other.claimedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(one.completedAt ?? ''));
      expect(await fleet.starts('steady.service')).toBe(2);
    }, 40_000);

    test('who did it is told, for a user and for a token', async () => {
      const id = await connect('actors');
      const { client: olga } = await createUser(client, { username: 'olga', role: 'operator', connectionIds: [id] });
      const byUser = await restarted(olga, id, 'other.service');
      expect(byUser).toMatchObject({ createdBy: 'user', actor: { kind: 'user', name: 'olga' } });
      const byToken = await restarted(client, id, 'other.service');
      expect(byToken).toMatchObject({ createdBy: 'user', actor: { kind: 'token' } });
      expect(byToken.actor.name).toContain('tests');
      const audit = await client.must<{ items: { action: string; detail: { target?: string } }[] }>('GET', '/audit');
      const started = audit.items.filter(({ action }) => action === 'operation.started');
      expect(started.slice(0, 2).map(({ detail }) => detail.target)).toEqual(['other.service', 'other.service']);
      const { client: victor } = await createUser(client, { username: 'victor', role: 'viewer', connectionIds: [id] });
      expect((await postRestart(victor, id, 'other.service')).status).toBe(403);
    }, 40_000);

    test('names that no unit can have are refused before anything is started', async () => {
      const id = await connect('names');
      const names = ['nginx', '.service', 'getty@.service', 'a b.service', 'x;reboot.service'];
      for (const name of names) {
        const { status, body } = await postRestart(client, id, name);
        expect([name, status, (body as unknown as { code: string }).code]).toEqual([name, 422, 'SERVICE_NAME_REFUSED']);
      }
      for (const name of ['', '-x.service', 'x\n.service', ' x.service', 'x'.repeat(256)]) {
        expect([name, (await postRestart(client, id, name)).status]).toEqual([name, 400]);
      }
      const { total } = await client.must<{ total: number }>('GET', `/operations?connectionId=${String(id)}`);
      expect(total).toBe(0);
    });

    test('a double click on sockets that were open beforehand is one restart, thirty times of thirty', async () => {
      const ids = await Promise.all(units.map((unit) => connect(unit)));
      const before = await Promise.all(units.map((unit) => fleet.starts(unit)));
      for (let round = 0; round < rounds; round += 1) {
        await Promise.all(
          ids.map(async (id, index) => {
            const answers = await doubleClick(server.port, client.token ?? '', { id, service: units[index] ?? '' });
            expect(answers.map(({ status }) => status).sort()).toEqual(['already_running', 'started']);
            expect(answers[0]?.operationId).toBe(answers[1]?.operationId);
            expect((await client.ended(answers[0]?.operationId ?? '')).status).toBe('completed');
          }),
        );
      }
      const after = await Promise.all(units.map((unit) => fleet.starts(unit)));
      expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual(units.map(() => rounds));
    }, 90_000);
  },
);

/** Two requests whose connections are there already, in the same moment. */
async function doubleClick(
  port: number,
  token: string,
  { id, service }: { id: number; service: string },
): Promise<StartAnswer[]> {
  const body = JSON.stringify({ service });
  const head = [
    `POST /api/connections/${String(id)}/restart-service HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${String(body.length)}`,
    'Connection: close',
  ];
  const sockets = [connectTcp(port, '127.0.0.1'), connectTcp(port, '127.0.0.1')];
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return Promise.all(sockets.map(answerOf));
}

async function answerOf(socket: Socket): Promise<StartAnswer> {
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString()));
  await waitUntil('the answer is there', () => (socket.closed ? true : undefined));
  if (!text.startsWith('HTTP/1.1 202')) throw new Error(text);
  return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as StartAnswer;
}
