import { OperationFailure } from '@lockstep/server-operations';
import {
  createTestDatabase,
  type HookReceiver,
  startHookReceiver,
  type TestDatabase,
  waitUntil,
} from '@lockstep/server-testing';
import { NotificationsServer, type Script } from './notifications-server.js';

interface Told {
  readonly type: string;
  readonly data: { title: string; text: string; host: string; link: string; recovered: boolean; keptQuiet: number };
}

describe('how operations end', () => {
  let database: TestDatabase;
  let hook: HookReceiver;
  const servers: NotificationsServer[] = [];
  const script: Script = new Map();

  beforeEach(async () => {
    [database, hook] = [await createTestDatabase(), await startHookReceiver()];
    script.clear();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((each) => each.stop()));
    await hook.stop();
    await database.drop();
  });

  const start = async (delivers = true): Promise<NotificationsServer> => {
    const server = await NotificationsServer.start(database.url, { script, delivers });
    servers.push(server);
    return server;
  };
  const fill = async (server: NotificationsServer, byPersonsToo = false): Promise<void> => {
    await server.dataSource.query(
      `INSERT INTO connections (name, host, port, username, platform)
       SELECT 'web-' || n, 'localhost', 22, 'root', 'systemd' FROM generate_series(1, 3) n`,
    );
    await server.addChannel({ target: { kind: 'webhook', url: hook.url }, byPersonsToo });
  };
  const told = (): Told[] => hook.hooks.map(({ body }) => JSON.parse(body) as Told);
  const toldTimes = (count: number): Promise<Told[]> =>
    waitUntil(`${String(count)} messages arrive`, () => (hook.hooks.length >= count ? told() : undefined), 20_000);
  const failing = (failure: OperationFailure) => (): Promise<never> => Promise.reject(failure);

  it('is told once for an operation and those that it started, to whoever cares about one of their hosts', async () => {
    const server = await start();
    await fill(server);
    await server.addChannel({ name: 'two', target: { kind: 'webhook', url: `${hook.url}/two` }, connectionIds: [2] });
    const refused = failing(new OperationFailure('CONNECTION_REFUSED', 'web-2 port 22 refused the connection.'));
    script.set(2, refused).set(3, refused);
    script.set(1, async ({ operation }) => {
      await server.run(2, 'cron', operation.id);
      throw new OperationFailure('DEPLOYMENT_INCOMPLETE', 'The new certificate is on 1 of 2 hosts.');
    });
    const parent = await server.run(1);
    await server.run(3);
    const titles = (await toldTimes(3)).map(({ data }) => data.title).toSorted();
    expect(titles).toEqual(['SSH test on web-1 failed', 'SSH test on web-1 failed', 'SSH test on web-3 failed']);
    expect(hook.hooks.filter(({ path }) => path === '/two')).toHaveLength(1);
    await server.run(2, 'cron', parent.id);
    expect((await toldTimes(5)).slice(3).map(({ data }) => data.title)).toEqual(
      Array.from({ length: 2 }, () => 'SSH test on web-2 failed'),
    );
  });

  it('is told when a schedule’s failed, once while it lasts, and when it is over', async () => {
    const server = await start();
    await fill(server);
    script.set(1, failing(new OperationFailure('CONNECTION_REFUSED', 'web-1 port 22 refused the connection.')));
    const { id } = await server.run(1);
    expect(await toldTimes(1)).toMatchObject([
      {
        type: 'operation_failed',
        data: {
          ...{ title: 'SSH test on web-1 failed', text: 'web-1 port 22 refused the connection.', host: 'web-1' },
          link: `https://lockstep.example/operations/${id}`,
        },
      },
    ]);
    await server.run(1);
    await server.run(1);
    script.clear();
    await server.run(1);
    const [, over] = await toldTimes(2);
    expect(over).toMatchObject({
      data: { recovered: true, title: 'Recovered: SSH test on web-1', text: 'The host is well.', keptQuiet: 2 },
    });
    await server.run(1);
    // Told in the order of the events, so whatever the last one gave would have come before this.
    script.set(2, failing(new OperationFailure('CONNECT_TIMEOUT', 'It did not answer.')));
    await server.run(2);
    expect((await toldTimes(3)).map(({ data }) => data.title)).toEqual([
      'SSH test on web-1 failed',
      'Recovered: SSH test on web-1',
      'SSH test on web-2 failed',
    ]);
  });

  it('is not told when a person’s failed, unless the channel asks for that', async () => {
    const server = await start();
    await fill(server);
    for (const id of [1, 2, 3]) script.set(id, failing(new OperationFailure('CONNECTION_REFUSED', 'refused')));
    await server.run(1, 'user');
    await server.run(2, 'auto');
    expect((await toldTimes(1)).map(({ data }) => data.host)).toEqual(['web-2']);
    await server.call('PATCH /notification-channels/1', { byPersonsToo: true });
    await server.run(3, 'user');
    expect((await toldTimes(2)).map(({ data }) => data.host)).toEqual(['web-2', 'web-3']);
  });

  it('is told whoever began it when it was rolled back, left half done, or met another host key', async () => {
    const server = await start();
    await fill(server);
    script.set(1, failing(new OperationFailure('HOST_KEY_CHANGED', 'Another key.')));
    script.set(2, failing(new OperationFailure('RELOAD_FAILED', 'Put back.', { effect: 'rolled_back' })));
    script.set(3, failing(new OperationFailure('RELOAD_FAILED', 'Half.', { effect: 'partial' })));
    for (const id of [1, 2, 3]) await server.run(id, 'user');
    const titles = (await toldTimes(3)).map(({ type, data }) => `${type}: ${data.title}`);
    expect(titles).toEqual([
      'host_key_changed: The host key of web-1 has changed',
      'rolled_back: SSH test on web-2 failed and was rolled back',
      'effect_partial: SSH test on web-3 left the host between two states',
    ]);
    script.clear();
    await server.run(1);
    expect((await toldTimes(4))[3]?.data.title).toBe('Recovered: the host key of web-1');
  });

  it('is told by one of two replicas', async () => {
    const [one, two] = [await start(), await start()];
    await fill(one);
    for (const id of [1, 2, 3]) script.set(id, failing(new OperationFailure('CONNECTION_REFUSED', 'refused')));
    await Promise.all([one.run(1), two.run(2), one.run(3)]);
    await toldTimes(3);
    // Once everything has ended and both have looked, there are still three.
    for (const server of servers.splice(0)) await server.stop();
    expect(told().map(({ data }) => data.host)).toHaveLength(3);
    expect(new Set(hook.hooks.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  });

  it('is told later when nobody was there to tell it, and what ended before a channel was made is not', async () => {
    const silent = await start(false);
    await fill(silent);
    script.set(1, failing(new OperationFailure('CONNECTION_REFUSED', 'refused')));
    await silent.run(1);
    expect(hook.hooks).toEqual([]);
    const server = await start();
    expect(await toldTimes(1)).toMatchObject([{ data: { host: 'web-1' } }]);
    script.set(2, failing(new OperationFailure('CONNECTION_REFUSED', 'refused')));
    const later = await startHookReceiver();
    await server.run(2);
    await toldTimes(2);
    await server.addChannel({ name: 'later', target: { kind: 'webhook', url: later.url } });
    await server.run(2);
    await waitUntil('the new channel hears of what goes on', () => later.hooks[0]);
    expect([later.hooks.length, hook.hooks.length]).toEqual([1, 2]);
    await later.stop();
  });
});
