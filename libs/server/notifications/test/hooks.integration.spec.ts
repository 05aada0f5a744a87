import { createHmac } from 'node:crypto';
import type { NotificationChannel, NotificationTest, SavedNotificationChannel } from '@lockstep/contract';
import {
  createTestDatabase,
  type HookReceiver,
  startHookReceiver,
  type TestDatabase,
  waitUntil,
} from '@lockstep/server-testing';
import { NotificationsServer, consoleUrl } from './notifications-server.js';

let database: TestDatabase;
let server: NotificationsServer;
const open: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  server = await NotificationsServer.start(database.url);
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});
afterEach(async () => {
  await server.dataSource.query('DELETE FROM notification_channels');
  await Promise.all(open.splice(0).map((each) => each.stop()));
});

async function receiver(): Promise<HookReceiver> {
  const started = await startHookReceiver();
  open.push(started);
  return started;
}

const test = async ({ id }: { id: number }): Promise<NotificationTest> =>
  (await server.call<NotificationTest>(`POST /notification-channels/${String(id)}/test`)).body;

describe('a webhook', () => {
  const addWebhook = (url: string): Promise<SavedNotificationChannel> =>
    server.addChannel({ target: { kind: 'webhook', url } });

  it('is signed over id, time and body as Standard Webhooks says', async () => {
    const { hooks, url } = await receiver();
    const { newSecret } = await addWebhook(`${url}/lockstep?team=ops`);
    await server.announce({ title: 'Grüße, «shop» expires' });
    const hook = await waitUntil('the webhook arrives', () => hooks[0]);
    expect(hook.path).toBe('/lockstep?team=ops');
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = hook.headers;
    // By the words of the specification, not by ours: the key is what follows whsec_, in base64.
    const key = Buffer.from(newSecret?.split('_')[1] ?? '', 'base64');
    expect(key).toHaveLength(32);
    const expected = createHmac('sha256', key)
      .update(`${String(id)}.${String(timestamp)}.${hook.body}`)
      .digest('base64');
    expect(signature).toBe(`v1,${expected}`);
    expect(Math.abs(Date.now() / 1_000 - Number(timestamp))).toBeLessThan(300);
    expect(JSON.parse(hook.body)).toMatchObject({
      type: 'certificate_expiring',
      data: {
        ...{ id, title: 'Grüße, «shop» expires', text: 'Its last renewal failed.', recovered: false, keptQuiet: 0 },
        link: `${consoleUrl}/certificates/5`,
      },
    });
  });

  it('is tried again with the same id after an error, a cut line and silence', async () => {
    const { hooks, answers, url } = await receiver();
    answers.push({ status: 500, body: 'out of\norder' }, 'cut');
    const { id } = await addWebhook(url);
    await server.announce();
    const first = await server.deliveryOnce(id, ({ answer }) => answer !== null);
    expect(first).toMatchObject({ state: 'waiting', attempts: 1 });
    expect(first.answer).toContain('answered 500: out of order');
    await server.timePasses();
    const second = await server.deliveryOnce(id, ({ attempts, answer }) => attempts === 2 && answer !== first.answer);
    expect(second.answer).toContain('broke off');
    const { body: failing } = await server.call<NotificationChannel>(`GET /notification-channels/${String(id)}`);
    expect(failing).toMatchObject({ waiting: 1, lastDeliveredAt: null, lastAnswer: second.answer });
    expect(failing.failingSince).not.toBeNull();
    await server.timePasses();
    const last = await server.deliveryOnce(id, ({ state }) => state === 'delivered');
    expect(last).toMatchObject({ attempts: 3, answer: '200: ok', nextAttemptAt: null });
    expect(new Set(hooks.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([last.id]));
    expect(hooks).toHaveLength(3);
    const { body: well } = await server.call<NotificationChannel>(`GET /notification-channels/${String(id)}`);
    expect(well).toMatchObject({ waiting: 0, failingSince: null, lastAnswer: '200: ok' });
  });

  it('that answers nothing holds up no other channel', async () => {
    const [slow, quick] = [await receiver(), await receiver()];
    slow.answers.push('silence', 'silence');
    await server.addChannel({ name: 'slow', target: { kind: 'webhook', url: slow.url } });
    await server.addChannel({ name: 'quick', target: { kind: 'webhook', url: quick.url } });
    await server.announce();
    await waitUntil('the slow one is asked', () => slow.hooks[0]);
    for (const subjectKey of ['a', 'b', 'c']) await server.announce({ subjectKey });
    await waitUntil('the quick one has all', () => quick.hooks[3]);
    expect(slow.hooks).toHaveLength(1);
    // What is on its way to the slow one is cut off here, so that nothing waits for it.
    await slow.stop();
    open.splice(open.indexOf(slow), 1);
  });

  it('that asks for a pause gets nothing before it is over', async () => {
    const { hooks, answers, url } = await receiver();
    answers.push({ status: 429, headers: { 'retry-after': '120' }, body: 'slow down' });
    const { id } = await addWebhook(url);
    await server.announce();
    await server.deliveryOnce(id, ({ answer }) => answer !== null);
    await server.announce({ subjectKey: 'another' });
    // Both are due by themselves; only the pause keeps them.
    await server.dataSource.query(`UPDATE notification_deliveries SET next_attempt_at = now()`);
    const { body } = await server.call<NotificationChannel>(`GET /notification-channels/${String(id)}`);
    const pause = (Date.parse(body.pausedUntil ?? '') - Date.parse(body.failingSince ?? '')) / 1_000;
    expect(pause).toBeCloseTo(120, 0);
    const other = await receiver();
    await server.addChannel({ name: 'other', target: { kind: 'webhook', url: other.url } });
    await server.announce({ subjectKey: 'a third' });
    await waitUntil('the other channel is told', () => other.hooks[0]);
    expect(hooks).toHaveLength(1);
    await server.timePasses();
    await waitUntil('all have arrived', () => hooks[3]);
  });

  it('is not led elsewhere by a redirect', async () => {
    const [first, second] = [await receiver(), await receiver()];
    first.answers.push({ status: 307, headers: { location: `${second.url}/taken` } });
    const channel = await addWebhook(first.url);
    const { delivered, answer } = await test(channel);
    expect(delivered).toBe(false);
    expect(answer).toContain('307, a redirect, which is not followed');
    expect([first.hooks.length, second.hooks.length]).toEqual([1, 0]);
  });

  it.each(['http://169.254.169.254/latest', 'http://[fe80::1]/', 'http://127.0.0.1:43002/', 'http://0.0.0.0/'])(
    'may not lead to %s',
    async (url) => {
      const body = { name: 'inside', target: { kind: 'webhook', url } };
      expect(await server.call('POST /notification-channels', body)).toMatchObject({
        status: 422,
        body: { code: 'NETWORK_NOT_ALLOWED' },
      });
    },
  );

  it('is not sent where its name leads to a forbidden address', async () => {
    const channel = await addWebhook('http://localhost:43002/');
    const { delivered, answer } = await test(channel);
    expect([delivered, answer]).toEqual([false, expect.stringContaining('Lockstep may not reach localhost')]);
  });

  it('is given up after a day, and tried again when a person asks', async () => {
    const { hooks, answers, url } = await receiver();
    answers.push({ status: 503 }, { status: 503 });
    const { id } = await addWebhook(url);
    await server.announce();
    await server.deliveryOnce(id, ({ answer }) => answer !== null);
    await server.dataSource.query(`UPDATE notification_deliveries SET created_at = now() - interval '25 hours'`);
    await server.timePasses();
    const found = await server.deliveryOnce(id, ({ state }) => state === 'given_up');
    expect(found).toMatchObject({ attempts: 2, nextAttemptAt: null });
    const retry = `POST /notification-channels/${String(id)}/deliveries/${found.id}/retry`;
    expect(await server.call(retry)).toMatchObject({ status: 200, body: { state: 'delivered', id: found.id } });
    expect(new Set(hooks.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([found.id]));
    expect(await server.call(retry)).toMatchObject({ status: 409 });
  });
});

describe('other receivers', () => {
  it('get what Slack understands, with its own characters escaped', async () => {
    const { hooks, url } = await receiver();
    const channel = await server.addChannel({ target: { kind: 'slack', url: `${url}/services/T0/B0/hidden` } });
    expect(JSON.stringify(channel)).not.toContain('hidden');
    await server.announce({ title: 'a < b & c', text: 'One <!channel> sentence.' });
    const { path, body } = await waitUntil('the message arrives', () => hooks[0]);
    expect(path).toBe('/services/T0/B0/hidden');
    expect(JSON.parse(body)).toEqual({
      text: `*a &lt; b &amp; c*\nOne &lt;!channel&gt; sentence.\n<${consoleUrl}/certificates/5|Open in Lockstep>`,
    });
  });

  it('get what ntfy understands, with token and priority', async () => {
    const { hooks, url } = await receiver();
    await server.addChannel({
      target: { kind: 'ntfy', server: url, topic: 'ops', token: 'tk_hidden', priority: 2 },
    });
    await server.announce();
    await server.announce({ event: 'effect_partial' });
    await waitUntil('both arrive', () => hooks[1]);
    const bodies = hooks.map(({ body }) => JSON.parse(body) as unknown);
    expect(bodies).toEqual([
      {
        ...{ topic: 'ops', title: 'The certificate shop expires in 3 days', message: 'Its last renewal failed.' },
        ...{ priority: 2, tags: ['warning'], click: `${consoleUrl}/certificates/5` },
      },
      expect.objectContaining({ priority: 5 }),
    ]);
    expect(hooks.map(({ headers }) => headers.authorization)).toEqual(['Bearer tk_hidden', 'Bearer tk_hidden']);
  });

  it('are told with the count of what was kept quiet when it is over', async () => {
    const { hooks, url } = await receiver();
    await server.addChannel({ target: { kind: 'slack', url } });
    for (let times = 0; times < 4; times += 1) await server.announce();
    await server.recovered();
    await waitUntil('both arrive', () => hooks[1]);
    const [, over] = hooks.map(({ body }) => (JSON.parse(body) as { text: string }).text);
    expect(over).toMatch(
      /^\*Recovered: The certificate shop\*\nIt was renewed\.\nIt began .* UTC; 3 repetitions were not told\./,
    );
    expect(hooks).toHaveLength(2);
  });
});
