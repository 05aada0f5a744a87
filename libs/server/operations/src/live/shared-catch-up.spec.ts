import { jest } from '@jest/globals';
import type { OperationFeed } from '../engine/operation-feed.js';
import type { CatchUp, ConnectionSnapshots } from './connection-snapshots.js';
import type { LiveSession } from './live-session.js';
import { type Joiner, SharedCatchUp } from './shared-catch-up.js';

type Cursors = ReadonlySet<number | undefined>;

/** Standstills one after the other, each as long as the test says; the snapshot of each is at the position of its number. */
class Standstills {
  readonly read = jest.fn<(manager: unknown, place: { position: number }, cursors: Cursors) => Promise<unknown>>();
  private turn = Promise.resolve();
  private readonly ends: (() => void)[] = [];
  private count = 0;

  constructor() {
    this.read.mockImplementation((_manager, { position }, cursors) =>
      Promise.resolve(
        new Map([...cursors].map((after) => [after, { snapshot: { connectionId: 5, position, after }, missed: [] }])),
      ),
    );
  }

  atStandstill = (
    _id: number,
    work: (manager: unknown, position: number) => Promise<ReadonlyMap<number | undefined, CatchUp>>,
    join: (result: ReadonlyMap<number | undefined, CatchUp>) => void,
  ): Promise<void> => {
    const mine = this.turn.then(async () => {
      const result = await work({}, (this.count += 1));
      await new Promise<void>((resolve) => this.ends.push(resolve));
      join(result);
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  };

  async end(): Promise<void> {
    await settle();
    this.ends.shift()?.();
    await settle();
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function joiner(after?: number, isWished = true): Joiner & { readonly emitted: unknown[] } {
  const emitted: unknown[] = [];
  const socket = { id: 'one', emit: (...message: unknown[]) => emitted.push(message) };
  Object.assign(socket, { nsp: { to: () => socket } });
  const session = { socket, isWished: () => isWished, follow: () => undefined } as unknown as LiveSession;
  return { session, following: { joined: false }, after, emitted };
}

describe('joining a connection', () => {
  let standstills: Standstills;
  let shared: SharedCatchUp;
  beforeEach(() => {
    standstills = new Standstills();
    shared = new SharedCatchUp(standstills as unknown as OperationFeed, standstills as unknown as ConnectionSnapshots);
  });

  it('is one standstill and one reading for all who wait', async () => {
    const waiting = Array.from({ length: 200 }, () => joiner(7));
    const done = Promise.all(waiting.map((each) => shared.follow(5, each)));
    await standstills.end();
    await done;
    expect(standstills.read).toHaveBeenCalledTimes(1);
    expect(new Set(waiting.map(({ told }) => told?.position))).toEqual(new Set([1]));
  });

  it('waits for the next standstill where this one has begun to read', async () => {
    const [early, late, later] = [joiner(), joiner(), joiner()];
    const done = [shared.follow(5, early)];
    await settle();
    done.push(shared.follow(5, late), shared.follow(5, later));
    await standstills.end();
    expect([early.told?.position, late.told]).toEqual([1, undefined]);
    await standstills.end();
    await Promise.all(done);
    expect([late.told?.position, later.told?.position]).toEqual([2, 2]);
    expect(standstills.read).toHaveBeenCalledTimes(2);
  });

  it('tells each cursor its own, and nobody who went away meanwhile', async () => {
    const [three, none, gone] = [joiner(3), joiner(), joiner(3, false)];
    const done = Promise.all([three, none, gone].map((each) => shared.follow(5, each)));
    await standstills.end();
    await done;
    expect(standstills.read.mock.lastCall?.[2]).toEqual(new Set([3, undefined]));
    expect([three.told, none.told]).toMatchObject([{ after: 3 }, { position: 1 }]);
    expect([gone.told, gone.emitted]).toEqual([undefined, []]);
  });

  it('fails for all who waited, and works again for who comes next', async () => {
    standstills.read.mockRejectedValueOnce(new Error('the database is gone'));
    const failing = [shared.follow(5, joiner()), shared.follow(5, joiner())];
    for (const each of failing) await expect(each).rejects.toThrow('the database is gone');
    const next = joiner();
    const done = shared.follow(5, next);
    await standstills.end();
    await done;
    expect(next.told?.position).toBe(2);
  });
});
