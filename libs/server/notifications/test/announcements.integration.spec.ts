import { dataSourceOptions } from '@lockstep/server-database';
import { createTestDatabase, type TestDatabase } from '@lockstep/server-testing';
import { DataSource } from 'typeorm';
import { type Announcement, Announcements } from '../src/index.js';

const expiring: Announcement = {
  event: 'certificate_expiring',
  subjectKey: 'certificate:5',
  title: 'The certificate shop expires in 3 days',
  text: 'Its last renewal failed.',
  link: '/certificates/5',
};
const { event: _event, ...renewed } = { ...expiring, title: 'The certificate shop was renewed' };

interface Told {
  readonly channel: string;
  readonly title: string;
  readonly host: string | null;
  readonly kept_quiet: number;
}

describe('announcements', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const announcements = new Announcements();

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(dataSourceOptions({ url: database.url })).initialize();
    await dataSource.query(
      `INSERT INTO connections (name, host, port, username, platform, tags)
       SELECT 'web-' || n, 'localhost', 22, 'root', 'systemd', CASE n WHEN 2 THEN '{production}'::text[] ELSE '{}' END
       FROM generate_series(1, 3) n`,
    );
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });
  beforeEach(() => dataSource.query('TRUNCATE notification_channels, announcements CASCADE'));

  const addChannel = (name: string, settings: Record<string, unknown> = {}): Promise<unknown> =>
    dataSource.query(
      `INSERT INTO notification_channels (name, kind, settings, enabled, events, by_persons_too, connection_ids, tags)
       SELECT $1, 'webhook', '{}', enabled, events, by_persons_too, connection_ids, tags
       FROM jsonb_to_record($2) AS r(enabled boolean, events text[], by_persons_too boolean, connection_ids integer[], tags text[])`,
      [
        name,
        {
          ...{ enabled: true, by_persons_too: false, connection_ids: [], tags: [] },
          ...{ events: ['certificate_expiring', 'operation_failed', 'rolled_back'], ...settings },
        },
      ],
    );
  const announce = (more: Partial<Announcement> = {}): Promise<void> =>
    dataSource.transaction((transaction) => announcements.announce(transaction, { ...expiring, ...more }));
  const recover = (): Promise<void> =>
    dataSource.transaction((transaction) => announcements.recovered(transaction, renewed));
  const told = (): Promise<Told[]> =>
    dataSource.query(
      `SELECT c.name AS channel, a.title, a.host, d.kept_quiet FROM notification_deliveries d
       JOIN notification_channels c ON c.id = d.channel_id JOIN announcements a ON a.id = d.announcement_id
       ORDER BY d.created_at, c.name`,
    );
  const whoWasTold = async (): Promise<string[]> => (await told()).map(({ channel }) => channel);
  const hoursPass = (hours: number): Promise<unknown> =>
    dataSource.query(`UPDATE notification_troubles SET told_at = told_at - make_interval(hours => $1)`, [hours]);

  it('go to every channel that chose the event and is switched on', async () => {
    await addChannel('all');
    await addChannel('other', { events: ['nothing_ran'] });
    await addChannel('off', { enabled: false });
    await announce();
    expect(await told()).toEqual([{ channel: 'all', title: expiring.title, host: null, kept_quiet: 0 }]);
  });

  it('go to channels that care about a connection by its id or tag, and name it', async () => {
    await addChannel('by id', { connection_ids: [1] });
    await addChannel('by tag', { tags: ['production', 'other'] });
    await addChannel('of all');
    await announce({ subjectKey: 'one', connectionIds: [1] });
    expect(await whoWasTold()).toEqual(['by id', 'of all']);
    await announce({ subjectKey: 'two', connectionIds: [3, 2] });
    expect((await told()).slice(2)).toMatchObject([
      { channel: 'by tag', host: 'web-2, web-3' },
      { channel: 'of all', host: 'web-2, web-3' },
    ]);
    await announce({ subjectKey: 'of no connection' });
    expect((await whoWasTold()).slice(4)).toEqual(['by id', 'by tag', 'of all']);
  });

  it('of what persons did go to channels that asked for it', async () => {
    await addChannel('asked', { by_persons_too: true });
    await addChannel('did not');
    await announce({ event: 'operation_failed', byPerson: true });
    expect(await whoWasTold()).toEqual(['asked']);
    // The one that was not told is not kept quiet either.
    await announce({ event: 'operation_failed' });
    expect(await whoWasTold()).toEqual(['asked', 'did not']);
  });

  it('are told once, then at most once a day while it lasts, and once when it is over', async () => {
    await addChannel('pager');
    for (const hours of [0, 5, 18, 2, 1]) {
      await hoursPass(hours);
      await announce();
    }
    expect((await told()).map(({ kept_quiet }) => kept_quiet)).toEqual([0, 2]);
    await recover();
    await recover();
    expect((await told()).slice(2)).toMatchObject([{ title: renewed.title, kept_quiet: 3 }]);
    await announce();
    expect(await told()).toHaveLength(4);
  });

  it('keep nothing quiet that is another trouble or a worse one', async () => {
    await addChannel('pager');
    await announce();
    await announce({ subjectKey: 'certificate:6' });
    await announce({ event: 'rolled_back' });
    expect(await told()).toHaveLength(3);
    // Both troubles of the one subject are over with one message.
    await recover();
    expect(await told()).toHaveLength(4);
    expect(await dataSource.query('SELECT subject_key FROM notification_troubles')).toEqual([
      { subject_key: 'certificate:6' },
    ]);
  });

  it('that several replicas make at once are one', async () => {
    await addChannel('pager');
    await Promise.all(Array.from({ length: 10 }, () => announce()));
    expect(await told()).toHaveLength(1);
    expect(await dataSource.query('SELECT kept_quiet FROM notification_troubles')).toEqual([{ kept_quiet: 9 }]);
  });

  it('are not there when the caller’s transaction is undone', async () => {
    await addChannel('pager');
    const undone = dataSource.transaction(async (transaction) => {
      await announcements.announce(transaction, expiring);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await told()).toEqual([]);
    expect(await dataSource.query('SELECT FROM announcements')).toEqual([]);
    await announce();
    expect(await told()).toHaveLength(1);
  });

  it('leave nothing behind where nobody wants to know', async () => {
    await announce();
    await recover();
    expect(await dataSource.query('SELECT FROM announcements')).toEqual([]);
  });
});
