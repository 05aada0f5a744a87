import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  Connection,
  HostKeys,
  Operation,
  RouteAnswer,
  ServiceDetail,
  ServiceList,
  routes,
} from '@lockstep/contract';
import { startDemoFleet } from '@lockstep/server-connections';
import { type TestDatabase, TlsProbe, createTestDatabase } from '@lockstep/server-testing';
import { ServicesServer } from './services-server.js';

const application = 'demo-app.service';

describe('the services of the demo fleet', () => {
  let database: TestDatabase;
  let server: ServicesServer;
  let dataDirectory: string;
  const ids = new Map<string, number>();

  beforeAll(async () => {
    database = await createTestDatabase();
    dataDirectory = await mkdtemp(join(tmpdir(), 'lockstep-demo-'));
    server = await ServicesServer.start(database.url);
    await startDemoFleet(server.application, { dataDirectory });
    const { items } = await server.must<RouteAnswer<typeof routes.listConnections>>('GET /connections?tag=demo');
    for (const { id, name } of items) ids.set(name, id);
    await Promise.all(items.map(approve));
  }, 90_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
    await rm(dataDirectory, { recursive: true });
  });

  /** As a newcomer does: a test that fails at the host key, and a click. */
  const approve = async ({ id }: Connection): Promise<void> => {
    await server.test(id);
    const { pending } = await server.must<HostKeys>(`GET /connections/${String(id)}/host-keys`);
    await server.must(`POST /connections/${String(id)}/host-keys/accept`, { fingerprint: pending[0]?.fingerprint });
  };
  const idOf = (word: string): number => {
    const found = [...ids].find(([name]) => name.includes(word));
    if (!found) throw new Error(`No demo host is called ${word}`);
    return found[1];
  };
  const services = (word: string): Promise<ServiceList> =>
    server.must<ServiceList>(`GET /connections/${String(idOf(word))}/services?refresh=true`);
  const detail = (word: string, service: string): Promise<ServiceDetail> =>
    server.must<ServiceDetail>(`GET /connections/${String(idOf(word))}/services/${service}`);
  const logOf = async ({ id }: Operation): Promise<string> =>
    JSON.stringify(await server.must<object>(`GET /operations/${id}/events`));

  it('are listed on every host, and told to be simulated', async () => {
    for (const word of ['healthy', 'slow', 'service fails', 'without SFTP']) {
      const { items, failure } = await services(word);
      expect(failure).toBeNull();
      expect(items.length).toBeGreaterThanOrEqual(6);
      for (const { state, description } of items) {
        expect(state).toBe('active');
        expect(description).toContain('(simulated)');
      }
    }
    const { items } = await services('Cisco VOS');
    expect(items.map(({ name }) => name)).toContain('Cisco Tomcat');
  }, 60_000);

  it('have a web server that reads its certificate when it starts, even where it ignores reloads', async () => {
    const stored = await readFile(join(dataDirectory, 'demo-hosts.json'), 'utf8');
    const { webPort } = (JSON.parse(stored) as Record<string, { webPort: number }>)['service-fails'] ?? { webPort: 0 };
    const line = 'req -x509 -newkey rsa:2048 -nodes -keyout privkey.pem -out fullchain.pem -days 2 -subj /CN=demo';
    const cwd = join(dataDirectory, 'demo/service-fails/etc/ssl/demo-web');
    execFileSync('openssl', line.split(' '), { cwd, stdio: 'ignore' });
    expect(await TlsProbe.look(webPort)).toMatch(/^error/);
    expect(await server.restart(idOf('service fails'), 'demo-web.service')).toMatchObject({ status: 'completed' });
    expect(await TlsProbe.look(webPort)).toMatch(/^[0-9A-F]{2}:/);
  }, 60_000);

  it('are restarted and come back: another run, with its log', async () => {
    const operation = await server.restart(idOf('healthy'), 'nginx.service');
    expect(operation).toMatchObject({ status: 'completed', effect: 'applied' });
    expect(await logOf(operation)).toContain('Started nginx.service');
    const again = await server.restart(idOf('healthy'), 'nginx.service');
    expect(again).toMatchObject({ status: 'completed' });
    expect(again.metadata['before']).not.toEqual(operation.metadata['before']);
  }, 60_000);

  it('tell what depends on them and what one may do', async () => {
    expect(await detail('healthy', 'postgresql.service')).toMatchObject({
      dependents: [application],
      mayRestart: true,
    });
    expect(await detail('without SFTP', 'nginx.service')).toMatchObject({ mayRestart: false });
  });

  it('fail to come back on the host that is made for it: up, and dead two seconds later, with the reason in its log', async () => {
    const operation = await server.restart(idOf('service fails'), application);
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'SERVICE_NOT_STABLE', effect: 'applied' });
    expect(JSON.stringify(operation.metadata)).toContain('cannot connect to the database');
    const { items } = await services('service fails');
    expect(items.find(({ name }) => name === application)).toMatchObject({ state: 'failed' });
  }, 60_000);

  it('are refused where the login has no right', async () => {
    expect(await server.restart(idOf('without SFTP'), 'nginx.service')).toMatchObject({
      status: 'failed',
      errorCode: 'PRIVILEGE_MISSING',
      effect: 'none',
    });
  });

  it('of Cisco VOS are restarted, and one is not to be started again', async () => {
    const id = idOf('Cisco VOS');
    expect(await server.test(id)).toMatchObject({
      status: 'completed',
      metadata: { vosVersion: expect.stringContaining('simulated') },
    });
    expect(await server.restart(id, 'Cisco Tomcat')).toMatchObject({ status: 'completed' });
    expect(await server.restart(id, 'Cisco IP Voice Media Streaming App')).toMatchObject({
      status: 'failed',
      errorCode: 'RESTART_FAILED',
      effect: 'applied',
      metadata: { hostWords: expect.stringContaining('[FAILED]') },
    });
  }, 90_000);

  it('that are not there are told so', async () => {
    expect(await server.restart(idOf('healthy'), 'nothing.service')).toMatchObject({ errorCode: 'SERVICE_NOT_FOUND' });
  });
});
