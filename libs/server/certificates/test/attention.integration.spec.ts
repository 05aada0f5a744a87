import {
  type Certificate,
  type ExpiryCount,
  type InventoryItem,
  type Problem,
  needyStatuses,
} from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { AutomaticRenewals } from '../src/renewals/automatic-renewals.js';
import { CertificatesServer } from './certificates-server.js';
import { InventoryStage } from './inventory-stage.js';

interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
  readonly total: number;
}

describe('what needs attention', () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  let stage: InventoryStage;
  let granted: number;
  let hidden: number;
  let viewer: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    server = await CertificatesServer.start(database.url);
    stage = new InventoryStage(server);
    [granted, hidden] = [await server.addConnection('granted'), await server.addConnection('hidden')];
    viewer = await server.addUser('vera', 'viewer', { connectionIds: [granted] });
  }, 60_000);
  afterEach(async () => {
    await server.stop();
    await database.drop();
  });

  const keyOf = (item: InventoryItem): string =>
    item.origin === 'found'
      ? `${item.found.leaf.names.join()} ${item.found.status}`
      : `${item.certificate.name} ${item.certificate.status}`;
  const inventory = async (query = '', token?: string): Promise<string[]> => {
    const path = `GET /certificates/inventory?limit=500${query}`;
    const { body } = await server.call<Page<InventoryItem>>(path, undefined, token);
    expect(body.total).toBe(body.items.length);
    return body.items.map(keyOf);
  };
  const statusOf = async (id: number, token?: string): Promise<string> =>
    (await server.call<Certificate>(`GET /certificates/${String(id)}`, undefined, token)).body.status;
  const pages = async <Item>(path: string, limit: number): Promise<Item[]> => {
    const all: Item[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body }: { body: Page<Item> } = await server.call(`GET ${path}?limit=${String(limit)}${at}`);
      expect(body.items.length).toBeLessThanOrEqual(limit);
      all.push(...body.items);
      cursor = body.nextCursor;
    }
    return all;
  };

  /** Each worse than the one before it, although it lasts longer. */
  const addOneOfEach = async (): Promise<string[]> => {
    await stage.found('calm', { daysLeft: 20, problems: ['unknown_authority'] });
    await stage.deployed('due', granted, 9);
    await stage.renewed(await stage.deployed('asking', granted, 25), granted, {
      errorCode: 'HOST_KEY_UNKNOWN',
    });
    const failing = await stage.deployed('failing', granted, 30);
    await stage.renewed(failing, granted, 'completed');
    await stage.renewed(failing, granted, 'failed');
    await stage.renewed(failing, granted, 'cancelled');
    await stage.seen(await stage.deployed('other', granted, 40), { state: 'other' });
    await stage.found('short', { daysLeft: 50, problems: ['unknown_authority', 'incomplete_chain'] });
    await stage.seen(await stage.deployed('silent', granted, 60), { state: 'unreachable' });
    await stage.found('gone', { daysLeft: 70, failure: 'CONNECTION_REFUSED', problems: ['incomplete_chain'] });
    const served = await stage.deployed('served', granted, 80);
    await stage.seen(served, { state: 'other', problems: [{ code: 'expired', message: 'It expired.' }] });
    await stage.renewed(served, granted, 'failed');
    await stage.found('past', { daysLeft: -1 });
    await stage.deployed('ended', granted, -2);
    return [
      'ended expired',
      'past expired',
      'served expired',
      'silent unreachable',
      'gone unreachable',
      'other wrongly_served',
      'short wrongly_served',
      'failing renewal_failing',
      'asking awaits_approval',
      'due due',
      'calm valid',
    ];
  };

  it('comes first, the worst on top, whatever the page’s size', async () => {
    const order = await addOneOfEach();
    expect(await inventory()).toEqual(order);
    for (const limit of [1, 3, 10]) {
      expect((await pages<InventoryItem>('/certificates/inventory', limit)).map(keyOf)).toEqual(order);
      const managed = await pages<Certificate>('/certificates', limit);
      const keys = managed.map(({ name, status }) => `${name} ${status}`);
      expect(keys).toEqual(order.filter((key) => keys.includes(key)));
      expect(keys).toHaveLength(7);
    }
  });

  it('is asked for by what is wrong, or altogether', async () => {
    const order = await addOneOfEach();
    for (const status of [...needyStatuses, 'valid'])
      expect(await inventory(`&status=${status}`)).toEqual(order.filter((key) => key.endsWith(` ${status}`)));
    expect(await inventory('&needsAttention=true')).toEqual(order.slice(0, -1));
    expect(await inventory('&needsAttention=false')).toEqual(order.slice(-1));
  });

  it('is over with what ended it', async () => {
    const id = await stage.deployed('mended', granted, 30);
    await stage.renewed(id, granted, 'failed');
    expect(await statusOf(id)).toBe('renewal_failing');
    await stage.renewed(id, granted, 'completed');
    expect(await statusOf(id)).toBe('valid');
    await stage.seen(id, { state: 'other' });
    expect(await statusOf(id)).toBe('wrongly_served');
    // What is deployed since has been verified by whoever deployed it.
    await stage.seen(id, { state: 'other' }, 2);
    expect(await statusOf(id)).toBe('valid');
    expect((await server.call<Certificate>(`GET /certificates/${String(id)}`)).body.served).toEqual([]);
  });

  describe('while a first host key is not approved', () => {
    const asks = { errorCode: 'HOST_KEY_UNKNOWN' } as const;
    const approve = (connectionId: number, at = 'now()'): Promise<unknown> =>
      server.dataSource.query(
        `INSERT INTO host_keys (connection_id, fingerprint, algorithm, accepted_at) VALUES ($1, 'SHA256:x', 'ssh-ed25519', ${at})`,
        [connectionId],
      );
    const renewalOf = async (id: number, token?: string): Promise<Certificate['renewal']> =>
      (await server.call<Certificate>(`GET /certificates/${String(id)}`, undefined, token)).body.renewal;

    it('names the host, and is begun again once the key is approved', async () => {
      const id = await stage.deployed('asking', granted, 9);
      await stage.renewed(id, granted, 'failed');
      await stage.renewed(id, granted, asks);
      const awaitedHostKey = { connectionId: granted, connectionName: 'granted' };
      expect(await statusOf(id)).toBe('awaits_approval');
      expect(await renewalOf(id)).toMatchObject({ failures: 2, awaitedHostKey });
      const begunByItself = async (): Promise<number> => {
        await server.application.get(AutomaticRenewals).look();
        const rows: unknown[] = await server.dataSource.query(`SELECT FROM operations WHERE created_by = 'auto'`);
        return rows.length;
      };
      await server.must(`PATCH /certificates/${String(id)}`, { autoRenew: true });
      expect(await begunByItself()).toBe(0);
      await server.must(`PATCH /certificates/${String(id)}`, { autoRenew: false });
      await approve(granted);
      expect(await statusOf(id)).toBe('due');
      expect(await renewalOf(id)).toMatchObject({ awaitedHostKey: null });
      await server.must(`PATCH /certificates/${String(id)}`, { autoRenew: true });
      expect(await begunByItself()).toBe(1);
    });

    it('fails all the same where that is not what it waits for', async () => {
      const id = await stage.deployed('behind', granted, 30);
      await approve(granted, `now() - interval '1 hour'`);
      // The key of a host on the way, for example.
      await stage.renewed(id, granted, asks);
      expect(await statusOf(id)).toBe('renewal_failing');
      expect(await renewalOf(id)).toMatchObject({ awaitedHostKey: null });
    });

    it('is told of other hosts by what each of them said, and by name to whom sees them', async () => {
      const targetOn = (connectionId: number) => ({ connectionId, certificatePath: '/a.pem', keyPath: '/a.key' });
      const targets = [targetOn(granted), targetOn(hidden)];
      const { id } = await server.addCertificate('both', { autoRenew: false, targets });
      await stage.issue(id, { daysLeft: 30 });
      await stage.arrive(id, granted, 1);
      const parentId = await stage.renewed(id, granted, { errorCode: 'DEPLOYMENT_INCOMPLETE' });
      expect(await statusOf(id)).toBe('renewal_failing');
      await stage.renewed(id, hidden, { ...asks, parentId });
      expect([await statusOf(id), await statusOf(id, viewer)]).toEqual(['awaits_approval', 'awaits_approval']);
      expect((await renewalOf(id)).awaitedHostKey).toEqual({ connectionId: hidden, connectionName: 'hidden' });
      expect((await renewalOf(id, viewer)).awaitedHostKey).toBeNull();
      const third = await server.addConnection('third');
      await stage.renewed(id, third, { parentId });
      expect(await statusOf(id)).toBe('renewal_failing');
    });

    it('waits for no host that it does not go to any more', async () => {
      const id = await stage.deployed('moved', hidden, 30);
      await stage.renewed(id, hidden, asks);
      expect(await statusOf(id)).toBe('awaits_approval');
      await server.call(`DELETE /connections/${String(hidden)}`);
      expect(await statusOf(id)).toBe('valid');
    });
  });

  it('is told of no endpoint on a host that one may not see', async () => {
    const id = await stage.deployed('both', granted, 30);
    const target = {
      connectionId: hidden,
      certificatePath: '/a.pem',
      keyPath: '/a.key',
      verify: [{ host: 'h', serverName: 'h' }],
    };
    const { body } = await server.call<Certificate>(`GET /certificates/${String(id)}`);
    const targets = body.targets.map(({ connectionId, certificatePath, keyPath, verify }) => ({
      ...{ connectionId, certificatePath, keyPath, verify },
    }));
    await server.call(`PATCH /certificates/${String(id)}`, { targets: [...targets, target] });
    await stage.arrive(id, hidden, 1);
    await stage.seen(id, { state: 'unreachable' });
    await server.dataSource.query(
      `UPDATE certificates SET served = (SELECT jsonb_agg(one) FROM jsonb_array_elements(served) AS one WHERE one->>'host' = 'h')`,
    );
    expect([await statusOf(id), await statusOf(id, viewer)]).toEqual(['unreachable', 'valid']);
    expect(await inventory('', viewer)).toEqual(['both valid']);
  });

  it('is not told of what lies on a removed host', async () => {
    const id = await stage.deployed('moved', hidden, -5);
    await stage.issue(id, { daysLeft: 60, number: 2 });
    expect(await statusOf(id)).toBe('expired');
    await server.call(`DELETE /connections/${String(hidden)}`);
    expect(await statusOf(id)).toBe('valid');
  });

  describe('by weeks', () => {
    const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
    const count = async (boundaries: readonly string[], more = '', token?: string): Promise<ExpiryCount[]> => {
      const path = `GET /certificates/expiries?boundaries=${boundaries.join()}${more}`;
      return (await server.call<{ items: ExpiryCount[] }>(path, undefined, token)).body.items;
    };
    const figures = (counts: readonly ExpiryCount[]): number[][] =>
      counts.map(({ managed, found }) => [managed, found]);

    it('counts what is in use, each bar as many as the list has with its bounds', async () => {
      await addOneOfEach();
      await server.addCertificate('unissued');
      const superseded = await stage.deployed('superseded', granted, 3);
      await stage.issue(superseded, { daysLeft: 45, number: 2 });
      await stage.arrive(superseded, granted, 2);
      const forgotten = await stage.found('forgotten', { daysLeft: 3 });
      expect((await server.call(`DELETE /certificates/found/${String(forgotten)}`)).status).toBe(204);
      const boundaries = [inDays(0), inDays(7), inDays(35), inDays(75)];
      const counts = await count(boundaries);
      expect(figures(counts)).toEqual([
        [1, 1],
        [0, 0],
        [3, 1],
        [3, 2],
        [1, 0],
      ]);
      for (const { from, before, managed, found } of counts) {
        const bounds = `${from ? `&expiresFrom=${from}` : ''}${before ? `&expiresBefore=${before}` : ''}`;
        expect(await inventory(bounds)).toHaveLength(managed + found);
      }
      expect(figures(await count(boundaries, '&origin=found&status=valid'))).toEqual([
        [0, 0],
        [0, 0],
        [0, 1],
        [0, 0],
        [0, 0],
      ]);
      expect(figures(await count([inDays(0)], '', viewer))).toEqual([
        [1, 0],
        [7, 0],
      ]);
    });

    it.each([
      ['nothing', ''],
      ['what is no time', 'soon'],
      ['times that do not ascend', '2026-02-01T00:00:00Z,2026-01-01T00:00:00Z'],
      ['one time twice', '2026-02-01T00:00:00Z,2026-02-01T00:00:00.000Z'],
      ['more than sixty', Array.from({ length: 61 }, (_, day) => new Date(day * 86_400_000).toISOString()).join()],
    ])('refuses %s', async (_what, boundaries) => {
      const { status, body } = await server.call<Problem>(`GET /certificates/expiries?boundaries=${boundaries}`);
      expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    });
  });
});
