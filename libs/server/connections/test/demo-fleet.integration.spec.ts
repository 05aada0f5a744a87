import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection, RouteAnswer, routes } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { startDemoFleet } from '../src/index.js';
import { ConnectionsServer } from './connections-server.js';

type Page = RouteAnswer<typeof routes.listConnections>;

describe('the demo fleet', () => {
  let database: TestDatabase;
  let server: ConnectionsServer;
  let dataDirectory: string;

  const start = async (): Promise<void> => {
    server = await ConnectionsServer.start(database.url, { network: { listenHost: '0.0.0.0', listenPort: 43_002 } });
    await startDemoFleet(server.application, { dataDirectory });
  };
  const hosts = async (): Promise<Connection[]> => (await server.call<Page>('GET /connections?tag=demo')).body.items;
  const hostCalled = async (word: string): Promise<Connection> => {
    const found = (await hosts()).find(({ name }) => name.includes(word));
    if (!found) throw new Error(`No demo host is called ${word}`);
    return found;
  };
  const approve = async (id: number): Promise<void> => {
    const [key] = (await server.hostKeys(id)).pending;
    await server.call(`POST /connections/${String(id)}/host-keys/accept`, { fingerprint: key?.fingerprint });
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    dataDirectory = await mkdtemp(join(tmpdir(), 'lockstep-demo-'));
    await start();
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
    await rm(dataDirectory, { recursive: true });
  });

  it('is five plainly labelled connections with a credential and no approved host key', async () => {
    const fleet = await hosts();
    expect(fleet).toHaveLength(5);
    for (const each of fleet) {
      expect(each).toMatchObject({ demo: true, host: '127.0.0.1', username: 'demo', hostKeyState: 'unknown' });
      expect(each).toMatchObject({ name: expect.stringMatching(/^Demo: /), credential: { kind: 'password' } });
    }
    expect((await stat(join(dataDirectory, 'demo-hosts.json'))).mode & 0o777).toBe(0o600);
  });

  it('lets a newcomer approve a host key and then see a test succeed', async () => {
    const { id } = await hostCalled('healthy');
    expect(await server.test(id)).toMatchObject({ status: 'failed', errorCode: 'HOST_KEY_UNKNOWN' });
    await approve(id);
    const operation = await server.test(id);
    expect(operation).toMatchObject({
      status: 'completed',
      metadata: { os: 'Lockstep demo host (simulated)', systemd: '252', sftp: true, homeWritable: true },
    });
  });

  it('has one that fails in a way to learn from', async () => {
    const { id } = await hostCalled('without SFTP');
    await server.test(id);
    await approve(id);
    expect(await server.test(id)).toMatchObject({ status: 'failed', errorCode: 'SFTP_UNAVAILABLE' });
  });

  it('has one slow enough to watch', async () => {
    const { id } = await hostCalled('slow');
    await server.test(id);
    await approve(id);
    const operation = await server.test(id);
    expect(operation).toMatchObject({ status: 'completed' });
    // Every step has its own moment to be seen, in the order of the plan.
    const steps = operation.steps.map(({ startedAt, endedAt }) => [startedAt ?? '', endedAt ?? '']);
    for (const [startedAt = '', endedAt = ''] of steps.slice(2, 5))
      expect(Date.parse(endedAt)).toBeGreaterThan(Date.parse(startedAt));
  }, 60_000);

  it('is the same after a restart: approved keys stay approved, even on another port', async () => {
    const before = await hostCalled('healthy');
    await server.stop();
    const taker = createServer().listen(before.port, '127.0.0.1');
    await start();
    const after = await hostCalled('healthy');
    expect(await hosts()).toHaveLength(5);
    expect(after.id).toBe(before.id);
    expect(after.port).not.toBe(before.port);
    expect(await server.test(after.id)).toMatchObject({ status: 'completed' });
    taker.close();
  }, 60_000);

  it('says plainly that it is not there after a start without it', async () => {
    await server.stop();
    server = await ConnectionsServer.start(database.url);
    const { id } = await hostCalled('healthy');
    expect(await server.test(id)).toMatchObject({
      status: 'failed',
      errorCode: 'CONNECTION_REFUSED',
      error: expect.stringContaining('start with --demo'),
    });
  });

  it('asks for approval again when its data folder was lost', async () => {
    await server.stop();
    await rm(join(dataDirectory, 'demo-hosts.json'));
    await start();
    const { id, hostKeyState } = await hostCalled('healthy');
    expect(hostKeyState).toBe('unknown');
    expect(await server.test(id)).toMatchObject({ status: 'failed', errorCode: 'HOST_KEY_UNKNOWN' });
  }, 60_000);
});
