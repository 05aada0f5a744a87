import { type LockstepServer, type Sshd, startLockstep, startSshd } from '@lockstep/server-testing';
import type { Socket } from 'socket.io-client';
import { administratorOf, type ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { ask, handshake, openSocket, RecorderClient } from './support/recorder-client.js';
import { EventTable } from './support/event-table.js';
import { startStuckHost, type StuckHost } from './support/stuck-host.js';

describe('the door for sockets', () => {
  let server: LockstepServer;
  let sshd: Sshd;
  let stuck: StuckHost;
  let administrator: ApiClient;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    server = await startLockstep({ env: { CONSOLE_ORIGIN: 'https://console.example' } });
    [sshd, stuck] = await Promise.all([startSshd(), startStuckHost('probe')]);
    administrator = await administratorOf(server.url);
  }, 60_000);
  afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));
  afterAll(() => endAll(server, sshd, stuck), 60_000);

  const open = (auth: Record<string, unknown>, headers?: Record<string, string>): Socket => {
    const socket = openSocket(server.url, auth, headers);
    sockets.push(socket);
    return socket;
  };
  const signedIn = async (): Promise<Socket> => {
    const socket = open({ token: administrator.token });
    expect(await handshake(socket)).toBeUndefined();
    return socket;
  };
  const hanging = async (name: string): Promise<{ connectionId: number; operationId: string }> => {
    const { id } = await administrator.createConnection({
      name,
      port: stuck.port,
      hostKeyFingerprint: stuck.fingerprint,
    });
    const { operationId } = await administrator.test(id);
    await administrator.operationOnce(operationId, ({ steps }) => steps[4]?.status === 'running');
    return { connectionId: id, operationId };
  };

  test.each([
    ['no token', {}, 'Authentication required'],
    ['an empty token', { token: '' }, 'Authentication required'],
    ['a token that is no text', { token: { $ne: null } }, 'Authentication required'],
    ['a token that nobody issued', { token: 'lst_made-up' }, 'Invalid authentication'],
    [
      'a token that looks like a JSON web token',
      { token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.' },
      'Invalid authentication',
    ],
  ])('with %s the handshake is refused', async (_what, auth, message) => {
    expect(await handshake(open(auth))).toBe(message);
  });

  test('a page of a foreign origin gets no socket, the own and the configured origin do', async () => {
    const auth = { token: administrator.token };
    expect(await handshake(open(auth, { origin: 'https://evil.example' }))).toBe('websocket error');
    expect(await handshake(open(auth, { origin: 'null' }))).toBe('websocket error');
    expect(await handshake(open(auth, { origin: `${server.url}.evil.example` }))).toBe('websocket error');
    expect(await handshake(open(auth, { origin: server.url }))).toBeUndefined();
    expect(await handshake(open(auth, { origin: 'https://console.example' }))).toBeUndefined();
  });

  test('long polling, which no origin check of websockets covers, is not offered', async () => {
    const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    expect(answer.status).toBe(400);
  });

  test('whoever subscribes gets the snapshot twice the same, as answer and as event, and then every change live', async () => {
    const { connectionId, operationId } = await hanging('snapshot then live');
    const recorder = new RecorderClient(administrator.token ?? '', connectionId);
    const snapshots: unknown[] = [];
    const answer = await recorder.follow(server.url, (socket) =>
      socket.on('connection:operations', (it) => snapshots.push(it)),
    );
    const { ok, ...snapshot } = answer;
    expect(ok).toBe(true);
    expect(snapshots).toEqual([snapshot]);
    expect(snapshot).toMatchObject({
      connectionId,
      reset: false,
      operations: [{ id: operationId, status: 'in_progress' }],
    });
    await administrator.post(`/operations/${operationId}/cancel`);
    await administrator.ended(operationId);
    const table = EventTable.open(server.databaseUrl);
    const stored = await table.ofConnection(connectionId);
    await table.close();
    await recorder.reaches(stored.at(-1)?.position ?? 0);
    expect(recorder.differences(stored)).toEqual([]);
    expect(recorder.received.length).toBeGreaterThanOrEqual(2);
    recorder.cut();
  }, 20_000);

  test('the snapshot holds what is active and the last ended operation, not older ones', async () => {
    const credential = { kind: 'private_key' as const, privateKey: sshd.user.privateKey };
    const { id } = await administrator.createConnection({
      name: 'history',
      port: sshd.port,
      username: sshd.username,
      credential,
      hostKeyFingerprint: sshd.hostKeyFingerprint,
    });
    await administrator.tested(id);
    const last = await administrator.tested(id);
    const answer = await ask(await signedIn(), 'subscribe:connection', id);
    expect(answer).toMatchObject({ ok: true, operations: [{ id: last.id, status: 'completed' }] });
    expect(answer.ok && answer.operations).toHaveLength(1);
  }, 30_000);

  test('after unsubscribing nothing of that connection comes any more', async () => {
    const { connectionId, operationId } = await hanging('left');
    const socket = await signedIn();
    const heard: unknown[] = [];
    socket.onAny((name: string) => heard.push(name));
    await ask(socket, 'subscribe:connection', connectionId);
    expect(await ask(socket, 'unsubscribe:connection', connectionId)).toEqual({ ok: true });
    await administrator.post(`/operations/${operationId}/cancel`);
    await administrator.ended(operationId);
    await ask(socket, 'unsubscribe:connection', connectionId);
    expect(heard).toEqual(['connection:operations']);
  }, 20_000);

  test('activity tells all active operations and then the updates of every connection, without log lines', async () => {
    const { operationId } = await hanging('seen in activity');
    const socket = await signedIn();
    const heard: { name: string; payload: { operation?: { id: string; status: string } } }[] = [];
    socket.onAny((name: string, payload: object) => heard.push({ name, payload }));
    const answer = await ask(socket, 'subscribe:activity');
    expect(answer.ok && answer.operations.map(({ id }) => id)).toContain(operationId);
    await administrator.post(`/operations/${operationId}/cancel`);
    await administrator.ended(operationId);
    const later = await hanging('made later');
    await administrator.post(`/operations/${later.operationId}/cancel`);
    await administrator.ended(later.operationId);
    await ask(socket, 'subscribe:activity', {});
    expect(new Set(heard.map(({ name }) => name))).toEqual(new Set(['operation:update']));
    const ends = heard
      .filter(({ payload }) => payload.operation?.status === 'cancelled')
      .map(({ payload }) => payload.operation?.id);
    expect(ends).toEqual([operationId, later.operationId]);
  }, 20_000);

  test('a wrong payload is answered with an error, changes nothing and leaves the socket alive', async () => {
    const socket = await signedIn();
    const wrong: [Parameters<typeof ask>[1], unknown][] = [
      ['subscribe:connection', 'seven'],
      ['subscribe:connection', -1],
      ['subscribe:connection', 1.5],
      ['subscribe:connection', null],
      ['subscribe:connection', { connectionId: 1, after: -1 }],
      ['subscribe:connection', { connectionId: 1, room: 'admins' }],
      ['subscribe:connection', 99_999_999_999],
      ['unsubscribe:connection', { connectionId: 1 }],
      ['subscribe:activity', { everything: true }],
      ['authenticate', {}],
      ['authenticate', { token: 'x'.repeat(5_000) }],
    ];
    for (const [name, payload] of wrong) {
      const answer = await ask(socket, name, payload);
      expect([name, payload, answer]).toMatchObject([
        name,
        payload,
        { ok: false, error: { code: 'VALIDATION_FAILED' } },
      ]);
    }
    expect(await ask(socket, 'subscribe:connection', 2_000_000_000)).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND' },
    });
    expect(await ask(socket, 'authenticate', { token: 'nothing' })).toMatchObject({ ok: false });
    socket.emit('subscribe:connection');
    socket.emit('operation:update', { operation: {}, position: 1 });
    expect(await ask(socket, 'subscribe:activity')).toMatchObject({ ok: true });
  });

  test('a frame above 64 KiB ends that socket and nothing else', async () => {
    const [greedy, other] = [await signedIn(), await signedIn()];
    const ended = new Promise((resolve) => greedy.once('disconnect', resolve));
    greedy.emit('authenticate', { token: 'x'.repeat(70_000) });
    await ended;
    expect(await ask(other, 'subscribe:activity')).toMatchObject({ ok: true });
  });
});
