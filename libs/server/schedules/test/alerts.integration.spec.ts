import type { Certificate, NotificationChannel, NotificationDelivery } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { ScheduleAlerts } from '../src/runs/schedule-alerts.js';
import { SchedulesServer } from './schedules-server.js';

describe('what people are told of schedules that do not run', () => {
  let database: TestDatabase;
  let server: SchedulesServer;
  let channelId: number;
  let host: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await SchedulesServer.start(database.url, { ticks: false });
    host = await server.addConnection('alpha');
    const target = { kind: 'ntfy', server: 'http://127.0.0.1:9', topic: 'ops' };
    const channel = { name: 'on call', target, events: ['nothing_ran'] };
    channelId = (await server.must<NotificationChannel>('POST /notification-channels', channel)).id;
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  /** What was told of it, the newest first. */
  const told = async (name: string): Promise<Pick<NotificationDelivery, 'title' | 'recovered'>[]> => {
    const path = `GET /notification-channels/${String(channelId)}/deliveries`;
    const { items } = await server.must<{ items: NotificationDelivery[] }>(path);
    return items.filter(({ title }) => title.includes(name)).map(({ title, recovered }) => ({ title, recovered }));
  };
  const look = (): Promise<void> => server.application.get(ScheduleAlerts).tellOverdue();
  const trouble = (name: string): object => ({ title: `The schedule ${name} did not run`, recovered: false });

  it('is nothing while it runs, or is due right now', async () => {
    const { id } = await server.add({ name: 'healthy', connectionIds: [host] });
    await server.run(id);
    await server.makeDue(id, 5);
    await look();
    expect(await told('healthy')).toEqual([]);
  });

  it('is nothing where certificates are left out because their time has not come', async () => {
    const body = { name: 'young', domains: ['young.example'], issuerId: 1 };
    const certificate = await server.must<Certificate>('POST /certificates', body);
    await server.dataSource.query(
      `INSERT INTO certificate_versions (id, certificate_id, number, domains, issuer_id, key_type, sealed_key, request,
         issued_at, leaf, chain, facts, not_before, not_after, renew_at)
       SELECT gen_random_uuid(), $1, 1, '{}', 1, 'ecdsa-p256', '', '', now(), '', '', $2, now(),
         now() + interval '90 days', now() + interval '60 days'`,
      [certificate.id, { names: [] }],
    );
    const renewal = { type: 'certificate_renewal', certificateIds: [certificate.id] };
    const { id } = await server.add({ name: 'patient', ...renewal });
    expect(await server.run(id)).toMatchObject({ outcome: 'nothing_begun', skipped: 1 });
    expect(await told('patient')).toEqual([]);
  });

  it('is that its owner is disabled, once, and that it runs again', async () => {
    const owner = await server.addOperator('eve', { connectionIds: [host] });
    const { id } = await server.add({ name: 'disowned', connectionIds: [host] }, owner.token);
    await server.must(`PATCH /users/${String(owner.id)}`, { disabled: true });
    for (let time = 3; time > 0; time -= 1) {
      await server.makeDue(id, time);
      await server.fire(id);
    }
    expect((await server.lastRun(id)).targets).toMatchObject([{ reason: 'Its owner eve is disabled.' }]);
    expect(await told('disowned')).toEqual([trouble('disowned')]);
    await server.must(`PATCH /users/${String(owner.id)}`, { disabled: false });
    await server.run(id);
    expect((await told('disowned'))[0]).toMatchObject({ recovered: true });
  });

  it('is that nobody runs it, and what was made up for is over', async () => {
    const { id } = await server.add({ name: 'forgotten', connectionIds: [host] });
    await server.makeDue(id, 20);
    await look();
    await look();
    expect(await told('forgotten')).toEqual([trouble('forgotten')]);
    await server.fire(id);
    expect((await told('forgotten'))[0]).toMatchObject({ recovered: true });
    await look();
    expect(await told('forgotten')).toHaveLength(2);
  });

  it('is nothing of one that was switched off', async () => {
    const { id } = await server.add({ name: 'off', connectionIds: [host] });
    await server.makeDue(id, 60);
    await server.must(`PATCH /schedules/${String(id)}`, { enabled: false });
    await look();
    expect(await told('off')).toEqual([]);
  });
});
