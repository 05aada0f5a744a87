import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  NotificationChannel,
  NotificationChannelInput,
  NotificationDelivery,
  StartAnswer,
} from '@lockstep/contract';
import {
  type HookReceiver,
  type Sshd,
  type TestDatabase,
  createTestDatabase,
  startHookReceiver,
  startSshd,
  waitUntil,
} from '@lockstep/server-testing';
import { CertificateAlerts } from '../src/checks/certificate-alerts.js';
import { CertificatesServer } from './certificates-server.js';

describe('what people are told of certificates', () => {
  let database: TestDatabase;
  let sshd: Sshd;
  let folder: string;
  let heart: HookReceiver;
  let server: CertificatesServer;
  let channelId: number;
  let certificateId: number;

  beforeAll(async () => {
    [database, sshd, heart] = await Promise.all([createTestDatabase(), startSshd(), startHookReceiver()]);
    folder = await mkdtemp(join(tmpdir(), 'lockstep-alerts-'));
    await chmod(folder, 0o777);
    const certificates = { heartbeatUrl: `${heart.url}/beat/secret` };
    server = await CertificatesServer.start(database.url, { certificates });
    // The day's own check is far from whenever this runs.
    await query(`UPDATE certificate_check SET second_of_day = (extract(epoch FROM now())::bigint + 43200) % 86400`);
    const channel: NotificationChannelInput = {
      name: 'on call',
      target: { kind: 'ntfy', server: heart.url, topic: 'ops' },
      events: ['certificate_expiring', 'nothing_ran'],
    };
    channelId = (await server.must<NotificationChannel>('POST /notification-channels', channel)).id;
    const connectionId = await server.addConnection('web', sshd);
    const target = { connectionId, certificatePath: `${folder}/shop.pem`, keyPath: `${folder}/shop.key` };
    certificateId = (await server.addCertificate('shop', { targets: [target] })).id;
    await renew();
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([heart.stop(), sshd.stop(), database.drop(), rm(folder, { recursive: true, force: true })]);
  }, 60_000);

  const query = <Row>(sql: string): Promise<Row[]> => server.dataSource.query(sql);
  const renew = async (): Promise<void> => {
    const { operationId } = await server.must<StartAnswer>(`POST /certificates/${String(certificateId)}/renew`);
    expect(await server.ended(operationId)).toMatchObject({ status: 'completed' });
  };
  const checkNow = (): Promise<unknown> => server.must('POST /certificate-check');
  const lookForSilence = (): Promise<void> => server.application.get(CertificateAlerts).tellSilence();
  /** The newest first. */
  const told = async (): Promise<Pick<NotificationDelivery, 'title' | 'recovered'>[]> => {
    const path = `GET /notification-channels/${String(channelId)}/deliveries`;
    const { items } = await server.must<{ items: NotificationDelivery[] }>(path);
    return items.map(({ title, recovered }) => ({ title, recovered }));
  };

  it('is nothing while all is well', async () => {
    await checkNow();
    await lookForSilence();
    expect(await told()).toEqual([]);
  }, 60_000);

  it('is a certificate that expires soon, once, and that it was renewed', async () => {
    await query(
      `UPDATE certificate_versions SET not_before = now() - interval '85 days', not_after = now() + interval '5 days'`,
    );
    await checkNow();
    await checkNow();
    expect(await told()).toEqual([{ title: 'shop expires soon', recovered: false }]);
    await query(`UPDATE certificate_versions SET renew_at = now()`);
    await renew();
    await checkNow();
    expect((await told())[0]).toMatchObject({ recovered: true });
    expect(await told()).toHaveLength(2);
  }, 60_000);

  it('is one of a day when a quarter of that is left, between two checks', async () => {
    const before = (await told()).length;
    const look = (): Promise<void> => server.application.get(CertificateAlerts).tellShortLived();
    const issuedHoursAgo = (hours: number): Promise<unknown> =>
      query(`UPDATE certificate_versions SET not_before = now() - interval '${String(hours)} hours',
        not_after = now() + interval '${String(24 - hours)} hours'`);
    await issuedHoursAgo(17);
    await look();
    expect(await told()).toHaveLength(before);
    await issuedHoursAgo(19);
    await look();
    await look();
    expect((await told())[0]).toEqual({ title: 'shop expires soon', recovered: false });
    expect(await told()).toHaveLength(before + 1);
    await issuedHoursAgo(0);
    await look();
    expect((await told())[0]).toMatchObject({ recovered: true });
  }, 60_000);

  it('is that nobody looked for more than a day, and that somebody does again', async () => {
    const before = (await told()).length;
    await query(
      `UPDATE certificate_check SET begun_at = begun_at - interval '27 hours', ended_at = ended_at - interval '27 hours'`,
    );
    await lookForSilence();
    await lookForSilence();
    expect((await told())[0]).toEqual({ title: 'Certificates are not looked after', recovered: false });
    expect(await told()).toHaveLength(before + 1);
    await checkNow();
    await lookForSilence();
    expect((await told())[0]).toMatchObject({ recovered: true });
  }, 60_000);

  it('is called out to an address of the operator’s after each check, which may fail', async () => {
    const calls = (): number => heart.hooks.filter(({ path }) => path === '/beat/secret').length;
    for (const status of [200, 500, 200]) {
      const before = calls();
      heart.answers.push({ status });
      expect(await checkNow()).toMatchObject({ running: false });
      await waitUntil('it is called', () => (calls() > before ? true : undefined));
    }
  }, 60_000);
});
