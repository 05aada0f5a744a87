import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScheduleRun } from '@lockstep/contract';
import { type EmbeddedPostgres, runMigrations, startEmbeddedPostgres } from '@lockstep/server-database';
import { waitUntil } from '@lockstep/server-testing';
import { SchedulesServer } from './schedules-server.js';

/** Two replicas whose clocks tick, on a Postgres of their own that can be stopped. */
describe('a schedule whose time comes while the database is away', () => {
  let directory: string;
  let postgres: EmbeddedPostgres;
  const servers: SchedulesServer[] = [];
  const start = () => startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres') });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lockstep-schedules-'));
    await chmod(directory, 0o755);
    postgres = await start();
    await runMigrations(postgres.url);
    for (let replica = 0; replica < 2; replica += 1)
      servers.push(await SchedulesServer.start(postgres.url, { ticks: true }));
  }, 60_000);
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('runs once when it is back, by whichever replica', async () => {
    const [server] = servers as [SchedulesServer];
    const host = await server.addConnection('alpha');
    const { id } = await server.add({ connectionIds: [host] });
    const [[row]] = await server.dataSource.query<[{ slot: Date }[], number]>(
      `UPDATE schedules SET next_run = clock_timestamp() + interval '4 s' WHERE id = $1 RETURNING next_run AS slot`,
      [id],
    );
    const slot = row?.slot ?? new Date(0);
    await postgres.stop();
    await waitUntil('its time has passed', () => Promise.resolve(Date.now() > slot.getTime() || undefined));
    postgres = await start();
    const runs = await waitUntil<ScheduleRun[]>('it runs', async () => {
      const found = await server.runs(id).catch(() => []);
      return found.length > 0 ? found : undefined;
    });
    expect(runs).toMatchObject([{ createdBy: 'cron', missed: 0, started: 1 }]);
    expect(new Date(runs[0]?.slot ?? '').getTime()).toBe(slot.getTime());
    // Each replica looks at another one that is due now, after this one; so both have had their turn with this one.
    const { id: later } = await server.add({ name: 'Later', connectionIds: [host] });
    for (let round = 1; round <= 3; round += 1) {
      await server.makeDue(later, round);
      await waitUntil('the later one runs', async () =>
        (await server.runs(later)).length === round ? true : undefined,
      );
    }
    expect(await server.runs(id)).toHaveLength(1);
  }, 90_000);
});
