import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  Certificate,
  ConnectionScanAnswer,
  HostKeys,
  Operation,
  ReadinessFinding,
  StartAnswer,
} from '@lockstep/contract';
import { startDemoFleet } from '@lockstep/server-connections';
import { type TestDatabase, TlsProbe, createTestDatabase } from '@lockstep/server-testing';
import { startDemoCertificates } from '../src/index.js';
import { CertificatesServer } from './certificates-server.js';

describe('the certificates of the demo fleet', () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  const dataDirectory = mkdtempSync(join(tmpdir(), 'lockstep-demo-'));

  const start = async (): Promise<void> => {
    // Loopback is refused, but for the ports of the demo.
    const network = { listenHost: '0.0.0.0', listenPort: 43_002 };
    server = await CertificatesServer.start(database.url, { network, stepDeadlineMs: 5_000 });
    const members = await startDemoFleet(server.application, { dataDirectory });
    await startDemoCertificates(server.application, members);
  };
  const all = async (): Promise<Certificate[]> =>
    (await server.must<{ items: Certificate[] }>('GET /certificates')).items;
  const called = async (word: string): Promise<Certificate> => {
    const found = (await all()).find(({ name }) => name.includes(word));
    if (!found) throw new Error(`No demo certificate is called ${word}`);
    return found;
  };
  const placeOf = ({ targets }: Certificate): { connectionId: number; port: number } => {
    const [target] = targets;
    return { connectionId: target?.connectionId ?? 0, port: target?.verify[0]?.port ?? 0 };
  };
  /** As a newcomer does. */
  const approve = async (certificate: Certificate): Promise<void> => {
    const path = `/connections/${String(placeOf(certificate).connectionId)}`;
    const { operationId } = await server.must<StartAnswer>(`POST ${path}/test-connection`);
    await server.ended(operationId);
    const { pending } = await server.must<HostKeys>(`GET ${path}/host-keys`);
    await server.must(`POST ${path}/host-keys/accept`, { fingerprint: pending[0]?.fingerprint });
  };
  const run = async ({ id }: Certificate, what = 'renew'): Promise<Operation> => {
    const { operationId } = await server.must<StartAnswer>(`POST /certificates/${String(id)}/${what}`);
    return server.ended(operationId);
  };
  const served = (certificate: Certificate): Promise<string> => TlsProbe.look(placeOf(certificate).port);
  const folderOf = (key: string): string => join(dataDirectory, 'demo', key, 'etc/ssl/demo-web');

  beforeAll(async () => {
    database = await createTestDatabase();
    await start();
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
    rmSync(dataDirectory, { recursive: true });
  });

  it('are three, issued by the internal authority and really served; one is due', async () => {
    const certificates = await all();
    expect(certificates.map(({ name }) => name).sort()).toEqual([
      'Demo: intranet',
      'Demo: reload ignored',
      'Demo: shop',
    ]);
    for (const certificate of certificates) {
      expect(certificate).toMatchObject({
        issuerName: 'Internal CA',
        version: { number: 1, operationId: null },
      });
      expect(certificate.served).toMatchObject([{ state: 'as_deployed' }]);
      expect(await served(certificate)).toBe(certificate.version?.fingerprint);
    }
    expect(await called('shop')).toMatchObject({ status: 'due', autoRenew: false, renewal: { reason: 'off' } });
    expect(await called('intranet')).toMatchObject({ status: 'valid', renewal: { reason: 'not_due' } });
  });

  it('wait for a person to approve the host key', async () => {
    expect(await run(await called('shop'))).toMatchObject({ status: 'failed', errorCode: 'HOST_KEY_UNKNOWN' });
    const { status, renewal } = await called('shop');
    expect([status, renewal.awaitedHostKey?.connectionName]).toEqual(['awaits_approval', 'Demo: healthy host']);
  });

  it('are renewed: the new leaf is served, the key is private, nothing is left beside it', async () => {
    const before = await called('shop');
    await approve(before);
    expect(await run(before)).toMatchObject({ status: 'completed', effect: 'applied' });
    const after = await called('shop');
    expect(after).toMatchObject({ status: 'valid', inUse: { fingerprint: after.version?.fingerprint } });
    expect(await served(after)).toBe(after.version?.fingerprint);
    expect(await served(after)).not.toBe(before.inUse?.fingerprint);
    const folder = folderOf('healthy');
    expect(readdirSync(folder).sort()).toEqual(['fullchain.pem', 'privkey.pem']);
    expect(statSync(join(folder, 'privkey.pem')).mode & 0o777).toBe(0o600);
    const leaf = new X509Certificate(readFileSync(join(folder, 'fullchain.pem')));
    expect(leaf.fingerprint256).toBe(after.version?.fingerprint);
  });

  it('are put back where the server ignores the reload, and that is told', async () => {
    const before = await called('ignored');
    await approve(before);
    expect(await run(before)).toMatchObject({
      status: 'failed',
      errorCode: 'NOT_SERVED',
      effect: 'rolled_back',
      error: expect.stringContaining('The old certificate is back and is served.'),
    });
    expect(await served(before)).toBe(before.inUse?.fingerprint);
    const leaf = new X509Certificate(readFileSync(join(folderOf('service-fails'), 'fullchain.pem')));
    expect(leaf.fingerprint256).toBe(before.inUse?.fingerprint);
  }, 60_000);

  it('are rehearsed without a change', async () => {
    const operation = await run(await called('shop'), 'check-readiness');
    expect(operation).toMatchObject({ status: 'completed' });
    const findings = operation.metadata['findings'] as ReadinessFinding[];
    const topics = findings.filter(({ state }) => state === 'ok').map(({ topic }) => topic);
    expect(topics).toEqual(expect.arrayContaining(['login', 'folder', 'file', 'configuration', 'reload', 'endpoint']));
  });

  it('are found on their host, by port and by file', async () => {
    const { connectionId, port } = placeOf(await called('shop'));
    const path = `/connections/${String(connectionId)}/scan-certificates`;
    const found = await server.must<ConnectionScanAnswer>(`POST ${path}`, { ports: [], paths: ['/etc/none.pem'] });
    expect(found.ports).toContainEqual(expect.objectContaining({ port }));
    expect(found.files.map((file) => file.path)).toEqual(['/etc/ssl/demo-web/fullchain.pem', '/etc/none.pem']);
  });

  it('are the same after a restart, even on another port, and what was removed is back', async () => {
    const before = await called('shop');
    const intranet = await called('intranet');
    await server.must(`DELETE /certificates/${String(intranet.id)}`);
    await server.stop();
    const taker = createServer().listen(placeOf(before).port, '127.0.0.1');
    await start();
    const after = await called('shop');
    expect(after).toMatchObject({ id: before.id, version: before.version });
    expect(placeOf(after).port).not.toBe(placeOf(before).port);
    expect(after.served).toMatchObject([{ state: 'as_deployed' }]);
    expect(await run(after)).toMatchObject({ status: 'completed' });
    expect((await called('intranet')).served).toMatchObject([{ state: 'as_deployed' }]);
    expect(await all()).toHaveLength(3);
    taker.close();
  }, 60_000);
});
