import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { NotificationChannel, NotificationTest, SavedNotificationChannel } from '@lockstep/contract';
import {
  createTestDatabase,
  freePort,
  type Mailbox,
  type MailboxOptions,
  startMailbox,
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

const test = async ({ id }: { id: number }): Promise<NotificationTest> =>
  (await server.call<NotificationTest>(`POST /notification-channels/${String(id)}/test`)).body;

describe('an e-mail', () => {
  const certificates = getCACertificates();
  afterEach(() => setDefaultCACertificates(certificates));

  async function mailbox(options: MailboxOptions = {}): Promise<Mailbox> {
    const started = await startMailbox(options);
    open.push(started);
    setDefaultCACertificates([...certificates, started.certificate]);
    return started;
  }
  const addresses = { from: 'lockstep@example.org', to: ['ada@example.org', 'bob@example.org'] };
  const addMail = (port: number, more: object = {}): Promise<SavedNotificationChannel> =>
    server.addChannel({
      target: { kind: 'email', host: '127.0.0.1', port, security: 'none', ...addresses, ...more },
    });

  it('is plain text with an id that stays, and answers itself to nobody', async () => {
    const { port, mails } = await mailbox();
    const { id } = await addMail(port);
    await server.announce();
    const { id: deliveryId, answer } = await server.deliveryOnce(id, ({ state }) => state === 'delivered');
    expect(answer).toContain('250');
    const [mail] = mails;
    expect(mail).toMatchObject({ from: 'lockstep@example.org', to: addresses.to, secure: false });
    expect(Object.fromEntries(mail?.headers ?? [])).toMatchObject({
      from: 'Lockstep <lockstep@example.org>',
      subject: '[Lockstep] The certificate shop expires in 3 days',
      'message-id': `<${deliveryId}@example.org>`,
      'auto-submitted': 'auto-generated',
      'content-type': 'text/plain; charset=utf-8',
    });
    expect(mail?.text.trim()).toBe(`Its last renewal failed.\n\n${consoleUrl}/certificates/5`);
  });

  it.each(['tls', 'starttls'] as const)('goes by %s with user and password', async (security) => {
    const login = { username: 'lockstep', password: 'correct horse' };
    const { port, mails } = await mailbox({ security, login });
    const channel = await addMail(port, { security, ...login });
    expect(channel.target).not.toHaveProperty('password');
    expect(await test(channel)).toMatchObject({ delivered: true });
    expect(mails).toMatchObject([{ secure: true, user: 'lockstep' }]);
  });

  it('goes nowhere when the server’s certificate is not trusted, or it offers no TLS', async () => {
    const secured = await mailbox({ security: 'tls' });
    setDefaultCACertificates(certificates);
    const untrusted = await test(await addMail(secured.port, { security: 'tls' }));
    expect(untrusted).toMatchObject({ delivered: false, answer: expect.stringContaining('self-signed certificate') });
    const clear = await mailbox();
    await server.dataSource.query('DELETE FROM notification_channels');
    const refused = await test(await addMail(clear.port, { security: 'starttls', username: 'x', password: 'hidden' }));
    expect(refused).toMatchObject({ delivered: false, answer: expect.stringContaining('did not begin TLS') });
    expect([...secured.mails, ...clear.mails]).toEqual([]);
  });

  it('is refused with the server’s words, and the password is not among them', async () => {
    const { port } = await mailbox({ security: 'tls', login: { username: 'lockstep', password: 'right' } });
    const channel = await addMail(port, { security: 'tls', username: 'lockstep', password: 'wrong horse' });
    const { delivered, answer } = await test(channel);
    expect([delivered, answer]).toEqual([false, expect.stringContaining('535 Authentication credentials invalid')]);
    expect(answer).not.toContain('wrong horse');
  });

  it('comes again with the same Message-ID after greylisting and after a line that broke in the middle', async () => {
    const { port, mails, faults } = await mailbox();
    faults.push({ code: 451, words: 'Greylisted, come back later' }, 'cut');
    const { id } = await addMail(port);
    await server.announce();
    const first = await server.deliveryOnce(id, ({ answer }) => answer !== null);
    expect(first.answer).toContain('451 Greylisted, come back later');
    await server.timePasses();
    await server.deliveryOnce(id, ({ attempts, answer }) => attempts === 2 && answer !== first.answer);
    await server.timePasses();
    const { id: deliveryId } = await server.deliveryOnce(id, ({ state }) => state === 'delivered');
    expect(mails.map(({ headers }) => headers.get('message-id'))).toEqual(
      Array.from({ length: 2 }, () => `<${deliveryId}@example.org>`),
    );
  });

  it('that some recipients cannot get says so', async () => {
    const { port, mails, refused } = await mailbox();
    refused.add('bob@example.org');
    const result = await test(await addMail(port));
    expect(result).toMatchObject({ delivered: true, answer: expect.stringContaining('refused for bob@example.org') });
    expect(mails).toMatchObject([{ to: ['ada@example.org'] }]);
    refused.add('ada@example.org');
    const { body } = await server.call<{ items: NotificationChannel[] }>('GET /notification-channels');
    expect(await test({ id: body.items[0]?.id ?? 0 })).toMatchObject({
      delivered: false,
      answer: expect.stringContaining('550 No such user here'),
    });
  });

  it('of a partial effect is of high priority', async () => {
    const { port, mails } = await mailbox();
    await addMail(port);
    await server.announce({ event: 'effect_partial' });
    const mail = await waitUntil('the mail arrives', () => mails[0]);
    expect(mail.headers.get('importance')?.toLowerCase()).toBe('high');
  });

  it('to a server that is not there says so', async () => {
    const { delivered, answer } = await test(await addMail(await freePort()));
    expect([delivered, answer]).toEqual([false, expect.stringContaining('refused the connection')]);
  });
});
