import type {
  AuditEntry,
  FoundCertificate,
  InventoryItem,
  Problem,
  ScannedAddress,
  WatchAnswer,
} from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { FoundCertificatesService } from '../src/found/found-certificates.service.js';
import { CertificatesServer } from './certificates-server.js';
import { TlsPorts } from './tls-ports.js';

const day = 86_400_000;

describe('certificates that are found at addresses', () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  let ports: TlsPorts;

  beforeAll(async () => {
    [ports, database] = await Promise.all([TlsPorts.prepare(), createTestDatabase()]);
    server = await CertificatesServer.start(database.url);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([database.drop(), ports.dispose()]);
  });

  const address = (port: number, more: object = {}) => ({
    kind: 'address',
    host: '127.0.0.1',
    port,
    serverName: 'shop.example',
    ...more,
  });
  const watch = async (...places: object[]): Promise<WatchAnswer['items']> => {
    const { status, body } = await server.call<WatchAnswer>('POST /certificates/found', { places });
    expect(status).toBe(200);
    return body.items;
  };
  const watched = async (place: object): Promise<FoundCertificate> => {
    const [item] = await watch(place);
    if (!item?.found) throw new Error(`It is not watched: ${JSON.stringify(item)}`);
    return item.found;
  };
  const list = async (query = '', token?: string): Promise<InventoryItem[]> => {
    const { status, body } = await server.call<{ items: InventoryItem[]; total: number }>(
      `GET /certificates/inventory?limit=500${query}`,
      undefined,
      token,
    );
    expect([status, body.total]).toEqual([200, body.items.length]);
    return body.items;
  };
  const idsFound = async (query = '', token?: string): Promise<number[]> =>
    (await list(query, token)).flatMap((item) => (item.origin === 'found' ? [item.found.id] : []));
  const checkDaily = (daysFromNow: number) =>
    server.application.get(FoundCertificatesService).checkFound(new Date(Date.now() + daysFromNow * day));

  it('scans many addresses at once: each tells its own answer, in order, and none stops another', async () => {
    const [good, bad, mute] = await Promise.all([
      ports.serve(['leaf.pem', 'root.pem']),
      ports.serve(['expired.pem', 'root.pem']),
      ports.serveSilence(),
    ]);
    const addresses = [
      { host: '127.0.0.1', port: mute },
      { host: '127.0.0.1', port: good, serverName: 'shop.example' },
      { host: '169.254.169.254' },
      { host: '127.0.0.1', port: 1 },
      { host: 'no-such-host.invalid' },
      { host: '127.0.0.1', port: bad, serverName: 'shop.example' },
    ];
    const { status, body } = await server.call<{ items: ScannedAddress[] }>('POST /certificates/scan', { addresses });
    expect(status).toBe(200);
    expect(body.items.map(({ port }) => port)).toEqual([mute, good, 443, 1, 443, bad]);
    expect(body.items.map(({ failure }) => failure?.code ?? null)).toEqual([
      'TLS_FAILED',
      null,
      'NETWORK_NOT_ALLOWED',
      'CONNECTION_REFUSED',
      'NAME_NOT_RESOLVED',
      null,
    ]);
    expect(body.items[1]?.answer?.leaf.names).toContain('shop.example');
    expect(body.items[5]?.answer?.problems.map(({ code }) => code)).toContain('expired');
    expect(await list()).toEqual([]);
  });

  it('refuses more than one request may hold, and what is no address', async () => {
    const many = Array.from({ length: 51 }, () => ({ host: '127.0.0.1', port: 1 }));
    const wrong = [{ addresses: many }, { addresses: [] }, { addresses: [{ host: 'a b' }] }, { addresses: 'x:443' }];
    for (const body of wrong) {
      const answer = await server.call<Problem>('POST /certificates/scan', body);
      expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    }
    expect((await server.call<Problem>('GET /certificates/inventory?cursor=e30')).body.code).toBe('VALIDATION_FAILED');
    const nowhere = { places: [address(1, { connectionId: 9_999 })] };
    expect((await server.call<Problem>('POST /certificates/found', nowhere)).body.errors).toMatchObject([
      { path: 'body.places.0.connectionId' },
    ]);
  });

  it('watches what was found, each place once, and writes down who wished it', async () => {
    const port = await ports.serve(['leaf.pem', 'root.pem']);
    const [found, none] = await watch(address(port), address(1));
    expect(found?.found).toMatchObject({
      status: 'valid',
      place: { kind: 'address', host: '127.0.0.1', port, serverName: 'shop.example', connectionId: null },
      leaf: { names: ['shop.example', '127.0.0.1'] },
      problems: [{ code: 'unknown_authority' }],
      failure: null,
    });
    expect(none).toMatchObject({ found: null, failure: { code: 'CONNECTION_REFUSED' } });
    const id = found?.found?.id ?? 0;
    expect((await watched(address(port, { serverName: 'Shop.Example' }))).id).toBe(id);
    expect((await idsFound()).filter((one) => one === id)).toEqual([id]);
    expect((await server.call(`DELETE /certificates/found/${String(id)}`)).status).toBe(204);
    expect((await server.call(`GET /certificates/found/${String(id)}`)).status).toBe(404);
    const { body } = await server.call<{ items: AuditEntry[] }>('GET /audit');
    const actions = body.items.filter(({ subject }) => subject === `found_certificate:${String(id)}`);
    expect(actions.map(({ action }) => action)).toEqual([
      'found_certificate.forgotten',
      'found_certificate.watched',
      'found_certificate.watched',
    ]);
  });

  it('says since when a place is not reached, keeps what it knew, and is content once it is back', async () => {
    const port = await ports.serve(['leaf.pem', 'root.pem']);
    const { id, leaf } = await watched(address(port));
    const check = async () =>
      (await server.call<FoundCertificate>(`POST /certificates/found/${String(id)}/check`)).body;
    await ports.close(port);
    const first = await check();
    expect(first).toMatchObject({ status: 'unreachable', leaf, failure: { code: 'CONNECTION_REFUSED' } });
    const second = await check();
    expect(second.failure?.since).toBe(first.failure?.since);
    expect(Date.parse(second.checkedAt)).toBeGreaterThanOrEqual(Date.parse(first.checkedAt));
    await ports.serve(['newer.pem', 'root.pem'], { port });
    const back = await check();
    expect(back).toMatchObject({ status: 'valid', failure: null });
    expect(back.leaf.fingerprint).not.toBe(leaf.fingerprint);
    await server.call(`DELETE /certificates/found/${String(id)}`);
  });

  it('is checked once a day: a place that is gone stops no other', async () => {
    const [gone, stays] = await Promise.all([
      ports.serve(['leaf.pem', 'root.pem']),
      ports.serve(['leaf.pem', 'root.pem']),
    ]);
    const places = await Promise.all([watched(address(gone)), watched(address(stays))]);
    expect(await checkDaily(0)).toEqual({ checked: 0, failed: 0 });
    await ports.close(gone);
    await ports.close(stays);
    await ports.serve(['newer.pem', 'root.pem'], { port: stays });
    expect(await checkDaily(1)).toEqual({ checked: 2, failed: 1 });
    expect(await checkDaily(1)).toEqual({ checked: 0, failed: 0 });
    const [one, other] = await Promise.all(
      places.map(async ({ id }) => (await server.call<FoundCertificate>(`GET /certificates/found/${String(id)}`)).body),
    );
    expect([one?.status, other?.status]).toEqual(['unreachable', 'valid']);
    expect(other?.leaf.fingerprint).not.toBe(places[1]?.leaf.fingerprint);
    for (const { id } of places) await server.call(`DELETE /certificates/found/${String(id)}`);
  });

  it('lists all certificates together, expired and unreachable ones first, in pages without gaps', async () => {
    const [expired, gone, valid] = await Promise.all([
      ports.serve(['expired.pem', 'root.pem']),
      ports.serve(['newer.pem', 'root.pem']),
      ports.serve(['leaf.pem', 'root.pem']),
    ]);
    const managed = await server.addCertificate('inventory');
    const found = await Promise.all([expired, gone, valid].map((port) => watched(address(port))));
    await ports.close(gone);
    await server.call(`POST /certificates/found/${String(found[1]?.id)}/check`);
    const keys = (items: InventoryItem[]) =>
      items.map((item) => (item.origin === 'found' ? item.found.id : item.certificate.name));
    const order = [found[0]?.id, found[1]?.id, managed.name, found[2]?.id];
    expect(keys(await list())).toEqual(order);
    const walked: InventoryItem[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await server.call<{ items: InventoryItem[]; nextCursor: string | null; total: number }>(
        `GET /certificates/inventory?limit=1${query}`,
      );
      expect([page.body.total, page.body.items.length]).toEqual([4, 1]);
      walked.push(...page.body.items);
      cursor = page.body.nextCursor;
    }
    expect(keys(walked)).toEqual(order);
    expect(keys(await list('&origin=managed'))).toEqual([managed.name]);
    expect(keys(await list('&origin=found&status=unreachable'))).toEqual([found[1]?.id]);
    expect(keys(await list('&status=not_issued'))).toEqual([managed.name]);
    expect(keys(await list('&search=SHOP.ex'))).toEqual([found[0]?.id, found[1]?.id, found[2]?.id]);
    expect(keys(await list('&search=%25'))).toEqual([]);
    for (const one of found) await server.call(`DELETE /certificates/found/${String(one.id)}`);
  });

  it('is seen through its connection; what is bound to none is for administrators', async () => {
    const port = await ports.serve(['leaf.pem', 'root.pem']);
    const connectionId = await server.addConnection('seen');
    const [bound, bare] = await Promise.all([watched(address(port, { connectionId })), watched(address(port))]);
    const [granted, other] = await Promise.all([
      server.addUser('gail', 'operator', { connectionIds: [connectionId] }),
      server.addUser('otto', 'viewer'),
    ]);
    expect((await idsFound()).sort()).toEqual([bound.id, bare.id].sort());
    expect(await idsFound('', granted)).toEqual([bound.id]);
    expect(await idsFound(`&connectionId=${String(connectionId)}`, granted)).toEqual([bound.id]);
    expect(await idsFound('', other)).toEqual([]);
    const get = async (id: number, token: string) =>
      (await server.call(`GET /certificates/found/${String(id)}`, undefined, token)).status;
    expect([await get(bound.id, granted), await get(bare.id, granted), await get(bound.id, other)]).toEqual([
      200, 404, 404,
    ]);
    const removed = await server.call(`DELETE /certificates/found/${String(bound.id)}`, undefined, granted);
    expect(removed.status).toBe(403);
    await server.call(`DELETE /connections/${String(connectionId)}`);
    expect(await idsFound()).toEqual([bare.id]);
    await checkDaily(0);
    expect(await server.dataSource.query('SELECT id FROM found_certificates')).toEqual([{ id: bare.id }]);
  });
});
