import { World } from './world.js';

/** Where every kind of page can be seen with something on it. Paths of the console. */
export interface Fleet {
  readonly world: World;
  readonly pages: Readonly<Record<string, string>>;
  /** Starts a test that hangs for some seconds; its operation's id, and what ends it. */
  run(): Promise<{ connectionId: number; operationId: string; end: () => Promise<void> }>;
  stop(): Promise<void>;
}

/** A small fleet with a bit of everything: healthy, refused, unreachable, key to approve, key changed, running, cancelled. */
export async function startFleet(): Promise<Fleet> {
  const world = await World.start();
  const [healthy, replaced, slow] = await Promise.all([world.startHost(), world.startHost(), world.startHost()]);
  const { api } = world;
  const web = await world.connect(healthy, { name: 'web-1.example.net', tags: ['production', 'web'] });
  const replacedId = (await world.connect(replaced, { name: 'db-1.example.net', tags: ['database', 'production'] })).id;
  const slowId = (await world.connect(slow, { name: 'backup.example.net', tags: ['storage'] })).id;
  const fresh = await world.connect(healthy, { name: 'web-2.example.net', tags: ['staging', 'web'], approved: false });
  const { username } = healthy;
  const refused = await api.createConnection({
    name: 'mail.example.net',
    port: healthy.port,
    username,
    tags: ['mail'],
  });
  const closed = await api.createConnection({ name: 'edge-7.example.net', port: 1, tags: ['edge'] });
  await api.createConnection({ name: 'spare.example.net', port: 22, host: '192.0.2.17' });

  await healthy.say('Authorised use only. Everything is logged.\n');
  const completed = await api.tested(web.id);
  await api.tested(fresh.id);
  await api.approveHostKey(refused.id);
  const failed = await api.tested(refused.id);
  await api.tested(closed.id);
  await replaced.sshd.changeHostKey();
  await api.tested(replacedId);
  await slow.hold('command');
  const cancelled = await api.test(slowId);
  await api.operationOnce(cancelled.operationId, ({ progress }) => progress > 0);
  await api.call('POST', `/operations/${cancelled.operationId}/cancel`);
  await api.operationOnce(cancelled.operationId, ({ completedAt }) => completedAt !== null);
  const { id: channelId } = await addChannel(api);
  await api.createUser('olga', 'operator', ['web', 'production']);
  await api.createUser('vera', 'viewer', ['mail']);

  return {
    world,
    pages: {
      overview: '/',
      connections: '/connections',
      'connections-nothing-matches': '/connections?search=no-such-host',
      connection: `/connections/${web.id}`,
      'connection-key-to-approve': `/connections/${fresh.id}`,
      'connection-key-dialog': `/connections/${fresh.id}?approve=host-key`,
      'connection-key-changed': `/connections/${replacedId}`,
      'connection-key-changed-dialog': `/connections/${replacedId}?approve=host-key`,
      'connection-refused': `/connections/${refused.id}`,
      'connection-cancelled': `/connections/${slowId}`,
      'connection-new': '/connections/new',
      'connection-edit': `/connections/${web.id}/edit`,
      import: '/connections/import',
      'import-host-keys': '/connections/import/host-keys',
      welcome: '/welcome',
      operations: '/operations',
      'operation-completed': `/operations/${completed.id}`,
      'operation-failed': `/operations/${failed.id}`,
      'operation-cancelled': `/operations/${cancelled.operationId}`,
      account: '/settings/account',
      tokens: '/settings/tokens',
      users: '/settings/users',
      notifications: '/settings/notifications',
      'notifications-new': '/settings/notifications/new',
      'notifications-channel': `/settings/notifications/${channelId}`,
      audit: '/settings/audit',
      'not-found': '/no-such-page',
    },
    run: async () => {
      const { operationId } = await api.test(slowId);
      await api.operationOnce(operationId, ({ steps }) =>
        steps.some(({ name, status }) => name === 'probe' && status === 'running'),
      );
      const end = async () => {
        await api.call('POST', `/operations/${operationId}/cancel`);
        await api.operationOnce(operationId, ({ completedAt }) => completedAt !== null);
      };
      return { connectionId: slowId, operationId, end };
    },
    stop: () => world.stop(),
  };
}

/** One that fails, because nobody listens there. */
async function addChannel(api: World['api']): Promise<{ id: number }> {
  const target = { kind: 'webhook', url: 'http://127.0.0.1:9/lockstep' };
  const channel = await api.call<{ id: number }>('POST', '/notification-channels', { name: 'Pager', target });
  await api.call('POST', `/notification-channels/${channel.id}/test`);
  return channel;
}
