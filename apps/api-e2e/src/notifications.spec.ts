import type { NotificationChannel, NotificationDelivery, SavedNotificationChannel } from '@lockstep/contract';
import {
  type HookReceiver,
  type Mailbox,
  type Sshd,
  startHookReceiver,
  startMailbox,
  startSshd,
  waitUntil,
} from '@lockstep/server-testing';
import { endAll } from './support/end-all.js';
import { connectTo } from './support/healthy-connection.js';
import { startTwoReplicas, type TwoReplicas } from './support/two-replicas.js';

interface Told {
  readonly type: string;
  readonly data: { title: string; link: string; text: string };
}

describe('notifications of two replicas', () => {
  let replicas: TwoReplicas;
  let sshd: Sshd;
  let hook: HookReceiver;
  let mailbox: Mailbox;

  beforeAll(async () => {
    [sshd, hook, mailbox] = await Promise.all([startSshd(), startHookReceiver(), startMailbox()]);
    const env = { CONSOLE_ORIGIN: 'https://lockstep.example' };
    replicas = await startTwoReplicas({ first: env, second: env });
  }, 90_000);
  afterAll(() => endAll(replicas, sshd, hook, mailbox), 60_000);
  afterEach(async () => {
    const { items } = await replicas.administrator.must<{ items: NotificationChannel[] }>(
      'GET',
      '/notification-channels',
    );
    for (const { id } of items) await replicas.administrator.call('DELETE', `/notification-channels/${String(id)}`);
    hook.hooks.length = 0;
  });

  const addChannel = (target: object): Promise<SavedNotificationChannel> =>
    replicas.administrator.must('POST', '/notification-channels', { body: { name: 'pager', target } });
  const deliveries = async ({ id }: { id: number }): Promise<NotificationDelivery[]> =>
    (
      await replicas.administrator.must<{ items: NotificationDelivery[] }>(
        'GET',
        `/notification-channels/${String(id)}/deliveries`,
      )
    ).items;

  test('a changed host key is told once, by mail and by webhook, however often and wherever it is met', async () => {
    const { administrator, second } = replicas;
    const { id } = await connectTo(administrator, sshd, { name: 'shop' });
    const mail = { kind: 'email', host: '127.0.0.1', port: mailbox.port, security: 'none' };
    await addChannel({ ...mail, from: 'lockstep@example.org', to: ['ada@example.org'] });
    const body = { name: 'hook', target: { kind: 'webhook', url: hook.url } };
    const channel = await administrator.must<SavedNotificationChannel>('POST', '/notification-channels', { body });
    await sshd.changeHostKey();
    const operation = await administrator.tested(id);
    expect(operation).toMatchObject({ errorCode: 'HOST_KEY_CHANGED' });
    await administrator.at(second.url).tested(id);
    await administrator.tested(id);
    const told = await waitUntil('the webhook arrives', () => hook.hooks[0], 20_000);
    expect(JSON.parse(told.body)).toMatchObject({
      type: 'host_key_changed',
      data: {
        title: 'The host key of shop has changed',
        host: 'shop',
        link: `https://lockstep.example/operations/${operation.id}`,
      },
    });
    const received = await waitUntil('the mail arrives', () => mailbox.mails[0], 20_000);
    expect(received.headers.get('subject')).toBe('[Lockstep] The host key of shop has changed');
    expect(received.text).toContain(sshd.hostKeyFingerprint);
    // It is over when a person approves the new key and a test logs in; that is told after whatever came before.
    await administrator.must('POST', `/connections/${String(id)}/host-keys/accept`, {
      body: { fingerprint: sshd.hostKeyFingerprint },
    });
    expect(await administrator.tested(id)).toMatchObject({ status: 'completed' });
    await waitUntil('the end is told', () => hook.hooks[1], 20_000);
    await waitUntil('the end is told by mail', () => mailbox.mails[1], 20_000);
    const titles = hook.hooks.map(({ body: text }) => (JSON.parse(text) as Told).data.title);
    expect(titles).toEqual(['The host key of shop has changed', 'Recovered: the host key of shop']);
    expect((await deliveries(channel)).map(({ recovered, keptQuiet }) => [recovered, keptQuiet])).toEqual([
      [true, 2],
      [false, 0],
    ]);
  }, 90_000);

  test('a message whose sender is killed before it could mark it comes again with the same id', async () => {
    const { administrator, first, second, table } = replicas;
    await second.stop();
    const channel = await addChannel({ kind: 'webhook', url: hook.url });
    hook.answers.push('silence');
    const { id } = await connectTo(administrator, sshd, { name: 'killed' });
    await sshd.changeHostKey();
    await administrator.tested(id);
    await waitUntil('the webhook arrives', () => hook.hooks[0], 20_000);
    await first.kill9();
    await second.start();
    // Nobody takes over what may still be on its way; here the time until then passes at once.
    expect(hook.hooks).toHaveLength(1);
    await table.query(`UPDATE notification_deliveries SET claimed_until = now() WHERE state = 'waiting'`);
    await waitUntil('the webhook comes again', () => hook.hooks[1], 20_000);
    await first.start();
    const [delivery] = await waitUntil('it is marked', async () => {
      const found = await deliveries(channel);
      return found[0]?.state === 'delivered' ? found : undefined;
    });
    expect(delivery?.attempts).toBe(2);
    expect(hook.hooks.map(({ headers }) => headers['webhook-id'])).toEqual([delivery?.id, delivery?.id]);
  }, 90_000);
});
