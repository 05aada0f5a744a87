import { jest } from '@jest/globals';
import type { Notifications } from '@lockstep/server-database';
import type { DataSource } from 'typeorm';
import { OperationFeed } from './operation-feed.js';

/** Lets everything run that waits for nothing but a promise. */
const settle = (): Promise<unknown> => jest.advanceTimersByTimeAsync(0);

describe('looking for events', () => {
  const query = jest.fn<(sql: string, parameters: [Date | null]) => Promise<unknown[]>>();
  const notifications = { listen: () => undefined } as unknown as Notifications;
  const feed = new OperationFeed({ query } as unknown as DataSource, notifications);
  const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));
  const told = (now: Date): unknown[] => [{ now, connection_id: null, position: null }];
  const since = (): Date | null | undefined => query.mock.lastCall?.[1][0];

  beforeAll(() => jest.useFakeTimers());
  afterAll(() => {
    feed.onModuleDestroy();
    jest.useRealTimers();
  });

  it('goes on from the look before, however long this process was frozen since', async () => {
    query.mockResolvedValueOnce(told(at(0)));
    await feed.onApplicationBootstrap();
    expect(since()).toBeNull();
    query.mockResolvedValueOnce(told(at(30)));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(since()).toEqual(at(0));
    query.mockResolvedValueOnce(told(at(31)));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(since()).toEqual(at(30));
  });

  it('looks at everything after a look that failed', async () => {
    query.mockRejectedValueOnce(Object.assign(new Error('Connection terminated'), {}));
    await jest.advanceTimersByTimeAsync(1_000);
    await settle();
    query.mockResolvedValueOnce(told(at(40)));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(since()).toBeNull();
  });
});
