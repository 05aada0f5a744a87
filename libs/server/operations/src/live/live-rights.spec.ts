import { jest } from '@jest/globals';
import type { AccessService, SignedInActor } from '@lockstep/server-access';
import type { OperationFeed } from '../engine/operation-feed.js';
import type { OperationQueries } from '../engine/operation-queries.js';
import type { ConnectionSnapshots } from './connection-snapshots.js';
import { LiveSession } from './live-session.js';
import { LiveSubscriptions } from './live-subscriptions.js';
import { SharedCatchUp } from './shared-catch-up.js';
import { RightsCheck } from './rights-check.js';
import { type LiveSocket, rooms } from './socket-messages.js';

const actor = (more: Partial<SignedInActor> = {}): SignedInActor => ({
  kind: 'user',
  id: '2',
  userId: 2,
  username: 'bob',
  name: 'bob',
  role: 'operator',
  sessionId: 'one',
  expiresAt: null,
  ...more,
});

/** A value that is given when the test says so. */
function later<Value>(): { readonly promise: Promise<Value>; give(value: Value): void } {
  let give: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((resolve) => (give = resolve));
  return { promise, give: (value) => give(value) };
}

/** Lets everything run that waits for nothing but a promise. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const joined = new Set<string>();
const told: string[] = [];
const ended = jest.fn();
const socket = {
  join: (room: string) => joined.add(room),
  leave: (room: string) => joined.delete(room),
  emit: (name: string) => told.push(name),
  disconnect: ended,
} as unknown as LiveSocket;

/** What the database would say, in the order in which it is asked. */
const answers = {
  assertVisible: jest.fn<() => Promise<void>>(),
  visibleConnectionIds: jest.fn<() => Promise<number[]>>(),
  stillValid: jest.fn<(actors: readonly SignedInActor[]) => Promise<(SignedInActor | undefined)[]>>(),
};
const feed = {
  atStandstill: async (_id: number, read: () => Promise<unknown>, join: (result: unknown) => void) =>
    join(await read()),
};
const subscriptions = new LiveSubscriptions(
  answers as unknown as AccessService,
  new SharedCatchUp(
    feed as unknown as OperationFeed,
    {
      read: () => Promise.resolve(new Map([[undefined, { snapshot: { connectionId: 5 }, missed: [] }]])),
    } as unknown as ConnectionSnapshots,
  ),
  { active: () => Promise.resolve([]) } as unknown as OperationQueries,
);
let session: LiveSession;

beforeEach(() => {
  joined.clear();
  told.length = 0;
  ended.mockClear();
  for (const answer of Object.values(answers)) answer.mockReset();
  answers.stillValid.mockImplementation((actors) => Promise.resolve([...actors]));
  session = new LiveSession(socket, actor());
});
afterEach(() => session.close());

it('does not join a room whose right was taken away while the snapshot was being read', async () => {
  const visible = later<undefined>();
  answers.assertVisible.mockReturnValueOnce(visible.promise);
  answers.visibleConnectionIds.mockResolvedValue([]);
  const answer = subscriptions.handle(session, 'subscribe:connection', 5);
  await subscriptions.checkAgain([session]);
  visible.give(undefined);
  await expect(answer).rejects.toMatchObject({ code: 'CONFLICT' });
  expect([...joined]).toEqual([]);
  expect(told).toEqual([]);
});

it('does not join a room that was left while the snapshot was being read', async () => {
  const visible = later<undefined>();
  answers.assertVisible.mockReturnValueOnce(visible.promise).mockResolvedValue(undefined);
  const first = subscriptions.handle(session, 'subscribe:connection', 5);
  await subscriptions.handle(session, 'unsubscribe:connection', 5);
  visible.give(undefined);
  await expect(first).rejects.toMatchObject({ code: 'CONFLICT' });
  expect([...joined]).toEqual([]);
  await expect(subscriptions.handle(session, 'subscribe:connection', 5)).resolves.toMatchObject({ ok: true });
  expect([...joined]).toEqual([rooms.connection(5)]);
});

it('says nothing about connections that one was never allowed to follow', async () => {
  answers.assertVisible.mockRejectedValueOnce(new Error('NOT_FOUND'));
  answers.visibleConnectionIds.mockResolvedValue([]);
  await expect(subscriptions.handle(session, 'subscribe:connection', 5)).rejects.toThrow('NOT_FOUND');
  await subscriptions.checkAgain([session]);
  expect(told).toEqual([]);
});

it('does not show the activity of a connection whose right was taken away while it was being read', async () => {
  const old = later<number[]>();
  answers.visibleConnectionIds.mockReturnValueOnce(old.promise).mockResolvedValue([6]);
  const answer = subscriptions.handle(session, 'subscribe:activity', undefined);
  await subscriptions.checkAgain([session]);
  old.give([5, 6]);
  await answer;
  expect([...joined]).toEqual([rooms.activity(6)]);
});

it('keeps a fresh token that came while the old one was being checked', async () => {
  const valid = later<(SignedInActor | undefined)[]>();
  answers.visibleConnectionIds.mockResolvedValue([5]);
  answers.stillValid.mockReturnValueOnce(valid.promise);
  const check = subscriptions.checkAgain([session]);
  const fresh = actor({ sessionId: 'two' });
  session.authenticated(fresh);
  valid.give([undefined]);
  await expect(check).resolves.toEqual([session]);
  expect(session.actor).toBe(fresh);
  expect(ended).not.toHaveBeenCalled();
});

it('checks in one round after the other, and once more for all that was asked meanwhile', async () => {
  const rounds: { sessions: readonly LiveSession[]; done: (changed: LiveSession[]) => void }[] = [];
  const rights = new RightsCheck((sessions) => new Promise((resolve) => rounds.push({ sessions, done: resolve })));
  rights.check([session]);
  for (let asked = 0; asked < 10; asked += 1) rights.check([session]);
  await settle();
  expect(rounds).toHaveLength(1);
  rounds[0]?.done([]);
  await settle();
  expect(rounds).toHaveLength(2);
  rounds[1]?.done([]);
  await settle();
  expect(rounds).toHaveLength(2);
  rights.stop();
});

it('ends a socket at its token’s expiry also where that is further away than a timer reaches', () => {
  jest.useFakeTimers();
  const days = 24 * 60 * 60 * 1_000;
  session.authenticated(actor({ expiresAt: new Date(Date.now() + 60 * days) }));
  jest.advanceTimersByTime(59 * days);
  expect(ended).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1 * days);
  expect(ended).toHaveBeenCalledTimes(1);
  jest.useRealTimers();
});
