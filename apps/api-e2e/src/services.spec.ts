import type { Connection, FleetService, ServiceDetail, ServiceList } from '@lockstep/contract';
import {
  type LockstepServer,
  type ServiceHost,
  startLockstep,
  startServiceHost,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { administratorOf, type ApiClient, createUser } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { connectHost, restarted } from './support/restart-client.js';

const reason = await whyNoSystemdHosts();

(reason ? describe.skip : describe)(`the services of a host${reason ? ` (left out: ${reason})` : ''}`, () => {
  let server: LockstepServer;
  let client: ApiClient;
  let fleet: ServiceHost;

  beforeAll(async () => {
    [server, fleet] = await Promise.all([startLockstep(), startServiceHost({ mayRestart: ['steady.service'] })]);
    client = await administratorOf(server.url);
  }, 300_000);
  afterAll(() => endAll(server, fleet), 60_000);

  const connect = (name: string, tags: string[] = []): Promise<Connection> =>
    connectHost(client, fleet.host, { name, tags });
  const path = (id: number, rest: string): string => `/connections/${String(id)}${rest}`;
  const list = (id: number, query = ''): Promise<ServiceList> => client.must('GET', path(id, `/services${query}`));

  /** Logins that the host has seen, let in or not. */
  const logins = async (): Promise<number> => {
    const command = `journalctl --quiet --unit=ssh.service | grep -cE 'Accepted|Failed (password|publickey)' || true`;
    return Number(await fleet.host.execute(command));
  };

  test('are listed with what they are and how they are; many who look at once cost one login', async () => {
    const { id } = await connect('looked at');
    const before = await logins();
    const answers = await Promise.all(Array.from({ length: 20 }, () => list(id)));
    expect((await logins()) - before).toBe(1);
    for (const { items, failure, readAt } of answers) {
      expect(failure).toBeNull();
      expect(readAt).not.toBeNull();
      expect(items.find(({ name }) => name === 'steady.service')).toMatchObject({
        description: 'Test unit steady',
        state: 'active',
        subState: 'running',
        pinned: false,
      });
    }
    const steady = answers[0]?.items.find(({ name }) => name === 'steady.service');
    expect(Math.abs(Date.now() - Date.parse(steady?.since ?? ''))).toBeLessThan(120_000);
    await list(id);
    expect((await logins()) - before).toBe(1);
    await list(id, '?refresh=true');
    expect((await logins()) - before).toBe(2);
  });

  test('a wrong credential is tried once, however often the page is looked at, until somebody changes it or insists', async () => {
    const credential = { kind: 'password', password: 'wrong' } as const;
    const { id } = await connectHost(client, fleet.host, { name: 'wrong password', credential });
    const before = await logins();
    const tried = async (): Promise<number> => (await logins()) - before;
    const code = async (query = ''): Promise<string | undefined> => (await list(id, query)).failure?.code;
    expect(await code()).toBe('AUTHENTICATION_FAILED');
    expect(await tried()).toBe(1);
    // As if the ten seconds in which nothing is asked again were over.
    const outdated = `UPDATE service_readings SET failed_at = failed_at - interval '1 hour' WHERE connection_id = $1`;
    const pause = async (): Promise<void> => {
      const table = EventTable.open(server.databaseUrl);
      await table.query(outdated, [id]);
      await table.close();
    };
    await pause();
    expect([await code(), await code('?refresh=false')]).toEqual(['AUTHENTICATION_FAILED', 'AUTHENTICATION_FAILED']);
    const detail = await client.get(path(id, '/services/steady.service'));
    expect([detail.status, detail.body.code]).toEqual([502, 'HOST_NOT_READ']);
    expect(await tried()).toBe(1);
    expect(await code('?refresh=true')).toBe('AUTHENTICATION_FAILED');
    expect(await tried()).toBe(2);
    await pause();
    const right = { kind: 'password', password: fleet.host.user.password };
    await client.must('PATCH', path(id, ''), { body: { credential: right } });
    expect(await code()).toBeUndefined();
    expect(await tried()).toBe(3);
  });

  test('what was read stays when the host cannot be reached, with the reason', async () => {
    const { id } = await connect('gone');
    const { items } = await list(id);
    await client.must('PATCH', path(id, ''), { body: { port: 1, host: '127.0.0.1' } });
    const later = await list(id, '?refresh=true');
    expect(later.items).toEqual(items);
    expect(later.failure).toMatchObject({ code: 'CONNECTION_REFUSED' });
  });

  test('pinned ones come first, also where the host does not have them, and a test tells whether they may be restarted', async () => {
    const { id } = await connect('pins');
    const services = ['steady.service', 'other.service', 'absent.service'];
    expect(await client.must('PUT', path(id, '/pinned-services'), { body: { services } })).toEqual({ services });
    const { items } = await list(id);
    expect(items.slice(0, 4).map(({ name, pinned, state }) => [name, pinned, state])).toEqual([
      ['steady.service', true, 'active'],
      ['other.service', true, 'active'],
      ['absent.service', true, 'unknown'],
      [expect.any(String), false, expect.any(String)],
    ]);
    const test = await client.tested(id);
    expect(test).toMatchObject({
      status: 'completed',
      metadata: { mayRestart: { 'steady.service': true, 'other.service': false, 'absent.service': false } },
    });
    expect(test.steps.find(({ name }) => name === 'probe')?.message).toContain('may not restart other.service');
    const refused = await client.call('PUT', path(id, '/pinned-services'), { body: { services: ['nginx'] } });
    expect([refused.status, refused.body.code]).toEqual([422, 'SERVICE_NAME_REFUSED']);
  });

  test('one is shown with what depends on it; after a restart the list knows without asking', async () => {
    const { id } = await connect('one');
    const detail = await client.must<ServiceDetail>('GET', path(id, '/services/steady.service'));
    expect(detail).toMatchObject({ dependents: ['part.service'], configurationTest: null, mayRestart: true });
    const nginx = await client.must<ServiceDetail>('GET', path(id, '/services/nginx.service'));
    expect(nginx).toMatchObject({ configurationTest: 'nginx -t', mayRestart: false });
    expect(nginx.privileges.map(({ purpose }) => purpose)).toEqual(['restart', 'configuration_test', 'log']);
    expect((await client.get(path(id, '/services/absent.service'))).status).toBe(404);
    const before = (await list(id)).items.find(({ name }) => name === 'steady.service')?.since ?? '';
    await restarted(client, id, 'steady.service');
    const after = (await list(id, '?refresh=false')).items.find(({ name }) => name === 'steady.service')?.since ?? '';
    expect(Date.parse(after)).toBeGreaterThan(Date.parse(before));
  });

  test('of all hosts come in pages without a gap or a double, and only those that one may see', async () => {
    const seen = await connect('fleet-one', ['shown']);
    const hidden = await connect('fleet-two');
    await Promise.all([list(seen.id), list(hidden.id)]);
    const { client: vera } = await createUser(client, { username: 'vera', role: 'viewer', tags: ['shown'] });
    const pages = async (query: string, who = client): Promise<FleetService[]> => {
      const found: FleetService[] = [];
      for (let cursor = ''; ;) {
        const page = await who.must<{ items: FleetService[]; nextCursor: string | null; total: number }>(
          'GET',
          `/services?limit=37&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`,
        );
        found.push(...page.items);
        if (page.nextCursor === null) {
          expect(found.length).toBe(page.total);
          return found;
        }
        cursor = page.nextCursor;
      }
    };
    const all = await pages('search=fleet-');
    const keys = all.map(({ name, connectionId }) => `${name} ${String(connectionId)}`);
    expect(new Set(keys).size).toBe(all.length);
    expect(new Set(all.map(({ connectionName }) => connectionName))).toEqual(new Set(['fleet-one', 'fleet-two']));
    const own = await pages('', vera);
    expect(new Set(own.map(({ connectionId }) => connectionId))).toEqual(new Set([seen.id]));
    expect(await pages('tag=shown')).toEqual(own);
    expect((await pages('search=steady&state=active&tag=shown')).map(({ name }) => name)).toEqual(['steady.service']);
    expect((await client.get('/services?cursor=bm90IG91cnM')).status).toBe(400);
  });
});
