import type { AuditEntry, NotificationChannel, Problem } from '@lockstep/contract';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import {
  createTestDatabase,
  type HookReceiver,
  startHookReceiver,
  type TestDatabase,
  waitUntil,
} from '@lockstep/server-testing';
import { NotificationsServer } from './notifications-server.js';

describe('notification channels', () => {
  let database: TestDatabase;
  let server: NotificationsServer;
  let hook: HookReceiver;

  beforeAll(async () => {
    [database, hook] = [await createTestDatabase(), await startHookReceiver()];
    server = await NotificationsServer.start(database.url);
  });
  afterAll(async () => {
    await server?.stop();
    await hook?.stop();
    await database?.drop();
  });
  afterEach(async () => {
    await server.dataSource.query('DELETE FROM notification_channels');
    hook.hooks.length = 0;
  });

  const mail = {
    ...{ kind: 'email' as const, host: 'mail.example.org', port: 465, security: 'tls' as const, username: 'lockstep' },
    ...{ from: 'lockstep@example.org', to: ['ada@example.org'] },
  };
  const problemOf = async (line: string, body: unknown): Promise<[string, string | undefined]> => {
    const { body: problem } = await server.call<Problem>(line, body);
    return [problem.code, problem.errors?.[0]?.path];
  };

  it('hear of everything but persons’ failures unless told otherwise, and show no secret', async () => {
    const channel = await server.addChannel({ target: { ...mail, password: 'hidden one' } });
    expect(channel).toMatchObject({
      ...{ name: 'pager', enabled: true, byPersonsToo: false, connectionIds: [], tags: [], hasSecret: true },
      ...{ waiting: 0, failingSince: null, lastDeliveredAt: null, newSecret: null, target: mail },
    });
    expect(channel.events).toHaveLength(6);
    const { body } = await server.call<{ items: NotificationChannel[] }>('GET /notification-channels');
    expect(body.items.map(({ id }) => id)).toEqual([channel.id]);
    expect(JSON.stringify([channel, body])).not.toContain('hidden');
  });

  it.each([
    ['body.target.url', { kind: 'slack' }],
    ['body.target.url', { kind: 'webhook', url: 'ftp://example.org/' }],
    ['body.target.url', { kind: 'webhook', url: 'https://user:word@example.org/' }],
    ['body.target.secret', { kind: 'webhook', url: 'https://example.org/', secret: 'too short' }],
    ['body.target.security', { ...mail, security: 'none', password: 'in the clear' }],
    ['body.target.username', { ...mail, username: null, password: 'whose' }],
    ['body.target.to', { ...mail, to: [] }],
    ['body.target.topic', { kind: 'ntfy', topic: 'a/b' }],
  ])('name %s when it is wrong', async (path, target) => {
    expect(await problemOf('POST /notification-channels', { name: 'wrong', target })).toEqual([
      'VALIDATION_FAILED',
      path,
    ]);
    expect(await server.dataSource.query('SELECT FROM notification_channels')).toEqual([]);
  });

  it('have names of their own', async () => {
    await server.addChannel({ target: mail });
    expect(await problemOf('POST /notification-channels', { name: 'Pager', target: mail })).toEqual([
      'NAME_TAKEN',
      'body.name',
    ]);
  });

  it('keep a secret that is not given again, but not for another server', async () => {
    const { id } = await server.addChannel({ target: { ...mail, password: 'kept' } });
    const line = `PATCH /notification-channels/${String(id)}`;
    const change = await server.call<NotificationChannel>(line, { target: { ...mail, to: ['bob@example.org'] } });
    expect(change.body).toMatchObject({ hasSecret: true, target: { to: ['bob@example.org'] } });
    for (const more of [{ host: 'evil.example.org' }, { port: 25 }, { security: 'starttls' }, { username: 'other' }])
      expect(await problemOf(line, { target: { ...mail, ...more } })).toEqual([
        'VALIDATION_FAILED',
        'body.target.password',
      ]);
    const moved = { ...mail, host: 'other.example.org' };
    const given = await server.call<NotificationChannel>(line, { target: { ...moved, password: 'new' } });
    expect(given.body).toMatchObject({ hasSecret: true, target: moved });
    const taken = await server.call<NotificationChannel>(line, { target: { ...moved, password: null } });
    expect(taken.body.hasSecret).toBe(false);
  });

  it('of a webhook show a signing secret once, when it is made', async () => {
    const target = { kind: 'webhook' as const, url: hook.url };
    const made = await server.addChannel({ target });
    expect(made.newSecret).toMatch(/^whsec_/);
    const line = `PATCH /notification-channels/${String(made.id)}`;
    expect((await server.call(line, { target })).body).toMatchObject({ newSecret: null, hasSecret: true });
    const { body } = await server.call<{ newSecret: string }>(line, { target: { ...target, secret: null } });
    expect(body.newSecret).toMatch(/^whsec_/);
    expect(body.newSecret).not.toBe(made.newSecret);
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    expect((await server.call(line, { target: { ...target, secret } })).body).toMatchObject({ newSecret: null });
  });

  it('keep their kind', async () => {
    const { id } = await server.addChannel({ target: mail });
    const target = { kind: 'webhook', url: 'https://example.org/' };
    expect(await problemOf(`PATCH /notification-channels/${String(id)}`, { target })).toEqual(['CONFLICT', undefined]);
  });

  it('of Slack keep their address when something else changes', async () => {
    const { id } = await server.addChannel({ target: { kind: 'slack', url: `${hook.url}/services/hidden` } });
    const { body } = await server.call<NotificationChannel>(`PATCH /notification-channels/${String(id)}`, {
      name: 'renamed',
      target: { kind: 'slack' },
    });
    expect(body).toMatchObject({ name: 'renamed', target: { kind: 'slack', host: new URL(hook.url).host } });
    await server.call(`POST /notification-channels/${String(id)}/test`);
    expect(hook.hooks.map(({ path }) => path)).toEqual(['/services/hidden']);
  });

  it('that are switched off hear nothing', async () => {
    const { id } = await server.addChannel({ target: { kind: 'webhook', url: hook.url }, enabled: false });
    await server.announce();
    expect(await server.deliveries(id)).toEqual([]);
  });

  it('that are mended get what is waiting at once', async () => {
    const { id } = await server.addChannel({ target: { kind: 'webhook', url: 'http://127.0.0.1:9/' } });
    await server.announce();
    await server.deliveryOnce(id, ({ answer }) => answer?.includes('refused the connection') === true);
    await server.call(`PATCH /notification-channels/${String(id)}`, { target: { kind: 'webhook', url: hook.url } });
    await waitUntil('the message arrives', () => hook.hooks[0]);
  });

  it('are gone with what was waiting for them', async () => {
    const { id } = await server.addChannel({ target: { kind: 'webhook', url: 'http://127.0.0.1:9/' } });
    await server.announce();
    expect(await server.call(`DELETE /notification-channels/${String(id)}`)).toMatchObject({ status: 204 });
    for (const line of ['GET', 'DELETE'])
      expect((await server.call(`${line} /notification-channels/${String(id)}`)).status).toBe(404);
    expect((await server.call(`POST /notification-channels/${String(id)}/test`)).status).toBe(404);
    expect(await server.dataSource.query('SELECT FROM notification_deliveries')).toEqual([]);
  });

  it('leave who did what in the audit, without a secret', async () => {
    const { id } = await server.addChannel({ target: { kind: 'slack', url: `${hook.url}/services/hidden` } });
    await server.call(`PATCH /notification-channels/${String(id)}`, { enabled: false });
    await server.call(`POST /notification-channels/${String(id)}/test`);
    await server.call(`DELETE /notification-channels/${String(id)}`);
    const { body } = await server.call<{ items: AuditEntry[] }>('GET /audit?limit=4');
    expect(body.items.map(({ action, subject }) => [action, subject])).toEqual(
      ['deleted', 'tested', 'changed', 'created'].map((done) => [
        `notification_channel.${done}`,
        `notification_channel:${String(id)}`,
      ]),
    );
    expect(JSON.stringify(body)).not.toContain('hidden');
  });

  it('are wrapped by a new master key at the next start, and say so when their key is not there', async () => {
    const [old, fresh] = [MasterKey.parse(MasterKey.generate(), 'old'), MasterKey.parse(MasterKey.generate(), 'new')];
    const other = await createTestDatabase();
    const starts = async <Result>(box: SecretBox, work: (server: NotificationsServer) => Promise<Result>) => {
      const replica = await NotificationsServer.start(other.url, { secretBox: box });
      return work(replica).finally(() => replica.stop());
    };
    const test = (replica: NotificationsServer) => replica.call('POST /notification-channels/1/test');
    await starts(new SecretBox(old), (replica) =>
      replica.addChannel({ target: { kind: 'slack', url: `${hook.url}/services/hidden` } }),
    );
    await starts(new SecretBox(fresh, [old]), test);
    expect(await starts(new SecretBox(fresh), test)).toMatchObject({ body: { delivered: true } });
    expect(hook.hooks.map(({ path }) => path)).toEqual(['/services/hidden', '/services/hidden']);
    await other.drop();
  });
});
