import type {
  ConnectionScanAnswer,
  FoundCertificate,
  InventoryItem,
  ScannedFile,
  WatchAnswer,
} from '@lockstep/contract';
import {
  type SystemdHost,
  type TestDatabase,
  createTestDatabase,
  startSshd,
  startSystemdHost,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { FoundCertificatesService } from '../src/found/found-certificates.service.js';
import { CertificatesServer } from './certificates-server.js';
import { TlsPorts } from './tls-ports.js';

const reason = await whyNoSystemdHosts();
const title = `certificates that are found on a host${reason ? ` (left out: ${reason})` : ''}`;
const day = 86_400_000;

(reason ? describe.skip : describe)(title, () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  let ports: TlsPorts;
  let host: SystemdHost;
  let connectionId: number;

  beforeAll(async () => {
    ports = await TlsPorts.prepare();
    const [leaf, newer, root, key] = await Promise.all(
      ['leaf.pem', 'newer.pem', 'root.pem', 'leaf.key'].map((file) => ports.read(file)),
    );
    const files = {
      '/etc/nginx/tls/shop.pem': `${leaf}${root}`,
      '/etc/nginx/tls/key.pem': `${key}`,
      // As HAProxy has it: the key among the certificates, here once in a block that was never closed.
      '/etc/haproxy/certs/both.pem': `${key}${newer}-----BEGIN CERTIFICATE-----\nAAAA\n${key}`,
      '/etc/ssl/certs/garbage.pem': `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      '/etc/ssl/certs/only-root.pem': `${root}`,
      '/etc/letsencrypt/archive/shop/fullchain1.pem': `${leaf}${root}`,
      "/srv/odd; $(touch x) '/my cert.crt": `${newer}`,
      '/srv/secret/closed.pem': `${leaf}`,
    };
    [database, host] = await Promise.all([createTestDatabase(), startSystemdHost({ files })]);
    await host.execute(`mkdir -p /etc/letsencrypt/live/shop && cd /etc/letsencrypt/live/shop &&
      ln -s ../../archive/shop/fullchain1.pem fullchain.pem && ln -s /nowhere broken.pem && mkfifo /etc/nginx/tls/pipe.pem &&
      head -c 1000000 /dev/urandom | base64 > /etc/nginx/tls/noise.pem && chmod 0600 /srv/secret/closed.pem`);
    server = await CertificatesServer.start(database.url);
    connectionId = await server.addConnection('web', host);
  }, 300_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([host.stop(), database.drop(), ports.dispose()]);
  }, 60_000);

  const scan = async (input: object = {}, id = connectionId): Promise<ConnectionScanAnswer> => {
    const { status, text } = await server.callText(`POST /connections/${String(id)}/scan-certificates`, input);
    expect(status).toBe(200);
    expect(text).not.toContain('PRIVATE KEY');
    return JSON.parse(text) as ConnectionScanAnswer;
  };
  const pathsOf = (files: readonly ScannedFile[]) => files.map(({ path }) => path).sort();

  it('finds them in the usual folders and on ports that the host names, and no private key leaves it', async () => {
    const told = await ports.serve(['leaf.pem', 'root.pem'], { host: '0.0.0.0' });
    const unseen = await ports.serve(['leaf.pem', 'root.pem']);
    const answer = await scan();
    expect(answer.failure).toBeNull();
    expect(answer.ports.find(({ port }) => port === told)?.answer?.leaf.names).toContain('shop.example');
    expect(answer.ports.find(({ port }) => port === unseen)).toBeUndefined();
    expect(pathsOf(answer.files)).toEqual([
      '/etc/haproxy/certs/both.pem',
      '/etc/letsencrypt/live/shop/fullchain.pem',
      '/etc/nginx/tls/shop.pem',
    ]);
    const shop = answer.files.find(({ path }) => path === '/etc/nginx/tls/shop.pem');
    expect(shop).toMatchObject({
      leaf: { names: ['shop.example', '127.0.0.1'] },
      chain: [{ subject: 'CN=Test Root' }],
    });
    const { body } = await server.call<{ items: { action: string }[] }>('GET /audit');
    expect(body.items[0]?.action).toBe('connection.scanned');
  });

  it('asks for a name where a host is known by its address, as a browser would', async () => {
    const [named, both] = await Promise.all([
      ports.serve(['named.pem', 'root.pem']),
      ports.serve(['leaf.pem', 'root.pem']),
    ]);
    const answer = await scan({ ports: [named, both] });
    const at = (wanted: number) => answer.ports.find(({ port }) => port === wanted);
    expect(at(named)).toMatchObject({
      serverName: 'shop.example',
      answer: { problems: [{ code: 'unknown_authority' }] },
    });
    expect(at(both)).toMatchObject({ serverName: '127.0.0.1', answer: { problems: [{ code: 'unknown_authority' }] } });
  });

  it('reads what is named, whatever its name, and says what cannot be read', async () => {
    const odd = "/srv/odd; $(touch x) '/my cert.crt";
    const paths = [odd, '/srv/secret/closed.pem', '/srv/none.pem', '/etc/nginx/tls/key.pem'];
    const { files } = await scan({ paths });
    expect(Object.fromEntries(files.map(({ path, failure }) => [path, failure?.code ?? 'read']))).toMatchObject({
      [odd]: 'read',
      '/srv/secret/closed.pem': 'FILE_UNREADABLE',
      '/srv/none.pem': 'FILE_MISSING',
      '/etc/nginx/tls/key.pem': 'NO_CERTIFICATE',
    });
    expect(pathsOf((await scan({ paths: ["/srv/odd; $(touch x) '"] })).files)).toContain(odd);
    expect(await host.execute('find / -xdev -name x -newer /etc/machine-id 2>/dev/null || true')).toBe('');
    await host.execute('chmod 0700 /etc/letsencrypt/live');
    expect((await scan()).files.find(({ path }) => path === '/etc/letsencrypt/live')?.failure?.code).toBe(
      'FILE_UNREADABLE',
    );
    await host.execute('chmod 0755 /etc/letsencrypt/live');
  });

  it('watches a file: a new certificate in it is seen, and that it is gone', async () => {
    const places = [{ kind: 'file', connectionId, path: '/etc/nginx/tls/shop.pem' }];
    const { body } = await server.call<WatchAnswer>('POST /certificates/found', { places });
    const found = body.items[0]?.found;
    expect(found?.place).toEqual({
      kind: 'file',
      connectionId,
      connectionName: 'web',
      path: '/etc/nginx/tls/shop.pem',
    });
    const check = async () =>
      (await server.call<FoundCertificate>(`POST /certificates/found/${String(found?.id)}/check`)).body;
    await host.execute('cat /etc/haproxy/certs/both.pem > /etc/nginx/tls/shop.pem');
    const changed = await check();
    expect(changed).toMatchObject({ failure: null, chain: [] });
    expect(changed.leaf.fingerprint).not.toBe(found?.leaf.fingerprint);
    await host.execute('rm /etc/nginx/tls/shop.pem');
    expect(await check()).toMatchObject({ status: 'unreachable', failure: { code: 'FILE_MISSING' } });
    await server.call(`DELETE /certificates/found/${String(found?.id)}`);
  });

  it('looks from outside alone at a host that lets nobody in, and does not knock there again by itself', async () => {
    const sshd = await startSshd();
    try {
      const id = await server.addConnection('guarded', sshd);
      await server.call(`PATCH /connections/${String(id)}`, {
        credential: { kind: 'private_key', privateKey: sshd.user.privateKey },
      });
      const port = await ports.serve(['leaf.pem', 'root.pem']);
      const path = '/etc/ssl/certs/watched.pem';
      await server.dataSource.query(
        `INSERT INTO found_certificates (connection_id, path, place_key, facts, chain, problems, not_after, renew_at, seen_at, checked_at)
         VALUES ($1, $2, $2, '{"names": []}', '[]', '[]', now() + interval '9 days', now() + interval '8 days', now(), now())`,
        [id, path],
      );
      await server.call(`PATCH /connections/${String(id)}`, { credential: { kind: 'password', password: 'wrong' } });
      const answer = await scan({ ports: [port] }, id);
      expect([answer.failure?.code, answer.ports.map((one) => one.port)]).toEqual(['AUTHENTICATION_FAILED', [port]]);
      const service = server.application.get(FoundCertificatesService);
      const before = await sshd.loginAttempts();
      expect(await service.checkFound(new Date(Date.now() + day))).toMatchObject({ failed: 1 });
      expect(await sshd.loginAttempts()).toBe(before + 1);
      expect(await service.checkFound(new Date(Date.now() + 2 * day))).toMatchObject({ failed: 1 });
      expect(await sshd.loginAttempts()).toBe(before + 1);
      const { body } = await server.call<{ items: InventoryItem[] }>('GET /certificates/inventory?status=unreachable');
      expect(body.items).toMatchObject([{ found: { failure: { code: 'AUTHENTICATION_FAILED' } } }]);
    } finally {
      await sshd.stop();
    }
  });
});
