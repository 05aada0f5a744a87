import type { BuiltInSchedule } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase, waitUntil } from '@lockstep/server-testing';
import { SchedulesServer } from './schedules-server.js';

describe('what Lockstep does on its own', () => {
  let database: TestDatabase;
  let server: SchedulesServer;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await SchedulesServer.start(database.url, { ticks: false });
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  it('is shown beside the schedules that people make, with its next and its last run', async () => {
    const find = async (): Promise<BuiltInSchedule | undefined> => {
      const { items } = await server.must<{ items: BuiltInSchedule[] }>('GET /schedules/built-in');
      expect(items.map(({ key }) => key)).toEqual(['certificate-check', 'automatic-renewal']);
      return items.find(({ key, lastRun }) => key === 'certificate-check' && lastRun !== null);
    };
    // The first check runs as soon as somebody works.
    const check = await waitUntil('the check has run', find);
    expect(check.lastRun?.message).toBe('0 looked at');
    const nextRun = check.nextRun ?? '';
    expect(Date.parse(nextRun)).toBeGreaterThan(Date.parse(check.lastRun?.at ?? ''));
    const [minute, hour] = (check.cron ?? '').split(' ').map(Number);
    expect([minute, hour]).toEqual([new Date(nextRun).getUTCMinutes(), new Date(nextRun).getUTCHours()]);
  });

  it('cannot be changed or deleted', async () => {
    expect((await server.call('DELETE /schedules/certificate-check')).status).toBe(400);
    expect((await server.call('PATCH /schedules/certificate-check', { enabled: false })).status).toBe(400);
  });
});
