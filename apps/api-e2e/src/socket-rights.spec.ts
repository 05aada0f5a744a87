import type { AccessLost } from '@lockstep/contract';
import { waitUntil } from '@lockstep/server-testing';
import type { Socket } from 'socket.io-client';
import { ApiClient, createUser, signIn } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { ask, handshake, openSocket } from './support/recorder-client.js';
import { startStuckHost, type StuckHost } from './support/stuck-host.js';
import { startTwoReplicas, type TwoReplicas } from './support/two-replicas.js';

/** Milliseconds in which a right that was taken away must be gone. */
const soon = 2_000;

/** A live socket, and what it was told. */
interface Listener {
  readonly socket: Socket;
  readonly heard: { name: string; payload: unknown }[];
  readonly lost: AccessLost[];
}

describe('rights on live sockets', () => {
  let replicas: TwoReplicas;
  let host: StuckHost;
  const listeners: Listener[] = [];

  beforeAll(async () => {
    [replicas, host] = await Promise.all([startTwoReplicas(), startStuckHost('probe')]);
  }, 60_000);
  afterEach(() => listeners.splice(0).forEach(({ socket }) => socket.disconnect()));
  afterAll(() => endAll(replicas, host), 60_000);

  /** On the replica that does not serve the administrator's requests. */
  const listen = async (token: string | undefined): Promise<Listener> => {
    const socket = openSocket(replicas.second.url, { token });
    const listener: Listener = { socket, heard: [], lost: [] };
    socket.onAny((name: string, payload: unknown) => listener.heard.push({ name, payload }));
    socket.on('access:lost', (payload: AccessLost) => listener.lost.push(payload));
    expect(await handshake(socket)).toBeUndefined();
    listeners.push(listener);
    return listener;
  };
  const connection = async (name: string, tags: string[] = []): Promise<number> => {
    const input = { name, tags, port: host.port, hostKeyFingerprint: host.fingerprint };
    return (await replicas.administrator.createConnection(input)).id;
  };
  const ended = (listener: Listener): Promise<unknown> =>
    waitUntil('the socket ends', () => (listener.socket.connected ? undefined : true), soon);
  const roomLost = (listener: Listener, id: number): Promise<unknown> =>
    waitUntil('the room is left', () => listener.lost.find(({ connectionId }) => connectionId === id), soon);
  /** Makes an operation that changes at least four times, and gives its id. */
  const change = async (id: number): Promise<string> => {
    const { operationId } = await replicas.administrator.test(id);
    await replicas.administrator.post(`/operations/${operationId}/cancel`);
    await replicas.administrator.ended(operationId);
    return operationId;
  };

  test.each(['connectionIds', 'tags'] as const)(
    'when a grant by %s is taken away, its room and its activity are left within two seconds and others stay',
    async (kind) => {
      const [taken, kept] = [
        await connection(`taken ${kind}`, [`taken-${kind.toLowerCase()}`]),
        await connection(`kept ${kind}`),
      ];
      const granted =
        kind === 'tags' ? { tags: ['taken-tags'], connectionIds: [kept] } : { connectionIds: [taken, kept] };
      const user = await createUser(replicas.administrator, { username: `loses-${kind}`, role: 'viewer', ...granted });
      const listener = await listen(user.client.token);
      for (const id of [taken, kept])
        expect(await ask(listener.socket, 'subscribe:connection', id)).toMatchObject({ ok: true });
      await ask(listener.socket, 'subscribe:activity');
      const body = { connectionIds: [kept], tags: [] };
      await replicas.administrator.must('PUT', `/users/${String(user.id)}/grants`, { body });
      await roomLost(listener, taken);
      listener.heard.length = 0;
      const [hidden, shown] = [await change(taken), await change(kept)];
      expect(await ask(listener.socket, 'subscribe:connection', taken)).toMatchObject({
        ok: false,
        error: { code: 'NOT_FOUND' },
      });
      await waitUntil('the kept one is heard', () =>
        JSON.stringify(listener.heard).includes(shown) ? true : undefined,
      );
      expect(JSON.stringify(listener.heard)).not.toContain(hidden);
      expect(listener.socket.connected).toBe(true);
    },
    20_000,
  );

  test('a connection that loses the tag of a grant takes the room away, one that gains it joins the activity', async () => {
    const user = await createUser(replicas.administrator, { username: 'by-tag', role: 'operator', tags: ['web'] });
    const id = await connection('retagged', ['web']);
    const listener = await listen(user.client.token);
    await ask(listener.socket, 'subscribe:connection', id);
    await ask(listener.socket, 'subscribe:activity');
    const retag = (of: number, tags: string[]): Promise<unknown> =>
      replicas.administrator.must('PATCH', `/connections/${String(of)}`, { body: { tags } });
    await retag(id, ['mail']);
    await roomLost(listener, id);
    const gained = await connection('gained');
    await retag(gained, ['web']);
    const born = await connection('born with the tag', ['web']);
    await new Promise((resolve) => setTimeout(resolve, soon));
    const shown = [await change(gained), await change(born)];
    for (const operationId of shown) {
      await waitUntil('activity tells of it', () =>
        JSON.stringify(listener.heard).includes(operationId) ? true : undefined,
      );
    }
  }, 20_000);

  test('a deleted connection takes its room away', async () => {
    const user = await createUser(replicas.administrator, { username: 'of-deleted', role: 'operator', tags: ['gone'] });
    const id = await connection('deleted', ['gone']);
    const listener = await listen(user.client.token);
    await ask(listener.socket, 'subscribe:connection', id);
    await replicas.administrator.must('DELETE', `/connections/${String(id)}`);
    await roomLost(listener, id);
  }, 20_000);

  test('a revoked API token ends its sockets within two seconds, and those of other tokens stay', async () => {
    const user = await createUser(replicas.administrator, { username: 'two-tokens', role: 'viewer' });
    const issue = (name: string): Promise<{ id: number; token: string }> =>
      user.client.must('POST', '/tokens', { body: { name } });
    const [revoked, kept] = [await issue('revoked'), await issue('kept')];
    const [ending, staying] = [await listen(revoked.token), await listen(kept.token)];
    await user.client.must('DELETE', `/tokens/${String(revoked.id)}`);
    await ended(ending);
    expect(ending.lost).toMatchObject([{ scope: 'socket' }]);
    expect(staying.socket.connected).toBe(true);
    const again = openSocket(replicas.first.url, { token: revoked.token });
    expect(await handshake(again)).toBe('Invalid authentication');
  }, 20_000);

  test('signing out ends the sockets of that session and no other', async () => {
    const user = await createUser(replicas.administrator, { username: 'signs-out', role: 'viewer' });
    const other = await signIn(replicas.first.url, user.credentials);
    const [ending, staying] = [await listen(user.client.token), await listen(other.token)];
    await user.client.must('POST', '/auth/logout');
    await ended(ending);
    expect(staying.socket.connected).toBe(true);
  }, 20_000);

  test.each([
    ['disabled', { disabled: true }],
    ['given a new password', { password: 'Another-harbour-at-dusk-9' }],
  ])(
    'a user who is %s loses every socket within two seconds',
    async (what, body) => {
      const user = await createUser(replicas.administrator, {
        username: `is-${what.split(' ')[0] ?? ''}`,
        role: 'operator',
      });
      const listener = await listen(user.client.token);
      await replicas.administrator.must('PATCH', `/users/${String(user.id)}`, { body });
      await ended(listener);
      const again = openSocket(replicas.second.url, { token: user.client.token });
      expect(await handshake(again)).toBe('Invalid authentication');
    },
    20_000,
  );

  test('a deleted user loses every socket within two seconds', async () => {
    const user = await createUser(replicas.administrator, { username: 'is-deleted', role: 'operator' });
    const listener = await listen(user.client.token);
    await replicas.administrator.must('DELETE', `/users/${String(user.id)}`);
    await ended(listener);
  }, 20_000);

  test('an administrator who is made a viewer no longer sees what was never granted', async () => {
    const id = await connection('seen by rank');
    const user = await createUser(replicas.administrator, { username: 'demoted', role: 'administrator' });
    const listener = await listen(user.client.token);
    await ask(listener.socket, 'subscribe:connection', id);
    await ask(listener.socket, 'subscribe:activity');
    await replicas.administrator.must('PATCH', `/users/${String(user.id)}`, { body: { role: 'viewer' } });
    await waitUntil('the room or the socket is gone', () => (listener.lost.length > 0 ? true : undefined), soon);
    listener.heard.length = 0;
    const hidden = await change(id);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(JSON.stringify(listener.heard)).not.toContain(hidden);
  }, 20_000);

  test('a socket outlives its first token by authenticating with a fresh one, of the same user only', async () => {
    const user = await createUser(replicas.administrator, { username: 'refreshes', role: 'viewer' });
    const issue = async (expiresInMs: number): Promise<string> => {
      const body = { name: 'short', expiresAt: new Date(Date.now() + expiresInMs).toISOString() };
      return (await user.client.must<{ token: string }>('POST', '/tokens', { body })).token;
    };
    const [expiring, refreshed] = [await listen(await issue(2_000)), await listen(await issue(2_000))];
    const stranger = await ask(refreshed.socket, 'authenticate', { token: replicas.administrator.token });
    expect(stranger).toMatchObject({ ok: false, error: { code: 'PERMISSION_DENIED' } });
    expect(await ask(refreshed.socket, 'authenticate', { token: await issue(60_000) })).toMatchObject({ ok: true });
    await waitUntil('the expired one ends', () => (expiring.socket.connected ? undefined : true), 4_000);
    expect(refreshed.socket.connected).toBe(true);
    expect((await new ApiClient(replicas.first.url, 'nothing').get('/auth/me')).status).toBe(401);
  }, 20_000);
});
