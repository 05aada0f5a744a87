import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, createServer } from 'node:tls';
import type { Certificate, CertificateCheck, StartAnswer } from '@lockstep/contract';
import {
  type Sshd,
  type TestDatabase,
  createTestDatabase,
  freePort,
  startSshd,
  waitUntil,
} from '@lockstep/server-testing';
import { CertificateChecks } from '../src/checks/certificate-checks.service.js';
import { CertificatesServer } from './certificates-server.js';

describe('the daily check of what is served', () => {
  let database: TestDatabase;
  let sshd: Sshd;
  let folder: string;
  let servers: [CertificatesServer, CertificatesServer];
  let server: CertificatesServer;
  let tls: Server | undefined;
  let tlsPort: number;
  let certificateId: number;

  beforeAll(async () => {
    [database, sshd, tlsPort] = await Promise.all([createTestDatabase(), startSshd(), freePort()]);
    folder = await mkdtemp(join(tmpdir(), 'lockstep-checks-'));
    await chmod(folder, 0o777);
    servers = [await CertificatesServer.start(database.url), await CertificatesServer.start(database.url)];
    [server] = servers;
    // The day's own check is far from whenever this runs.
    await query(`UPDATE certificate_check SET second_of_day = (extract(epoch FROM now())::bigint + 43200) % 86400`);
    const connectionId = await server.addConnection('web', sshd);
    const files = { certificatePath: `${folder}/shop.pem`, keyPath: `${folder}/shop.key` };
    const target = { connectionId, ...files };
    certificateId = (await server.addCertificate('shop', { targets: [target] })).id;
    await renew();
    await serve();
    await verifyAt([tlsPort]);
  }, 120_000);
  afterAll(async () => {
    tls?.close();
    await Promise.all(servers.map((one) => one.stop()));
    await Promise.all([sshd.stop(), database.drop(), rm(folder, { recursive: true, force: true })]);
  }, 60_000);

  const renew = async (): Promise<void> => {
    const { body } = await server.call<StartAnswer>(`POST /certificates/${String(certificateId)}/renew`);
    expect(await server.ended(body.operationId)).toMatchObject({ status: 'completed' });
  };
  /** Serves what lies on the host now, as a web server does when it starts. */
  const serve = async (): Promise<void> => {
    await stopServing();
    const [cert, key] = await Promise.all([readFile(`${folder}/shop.pem`), readFile(`${folder}/shop.key`)]);
    tls = createServer({ cert, key }).listen(tlsPort, '127.0.0.1');
    await once(tls, 'listening');
  };
  const stopServing = async (): Promise<void> => {
    if (tls) await new Promise((resolve) => tls?.close(resolve));
    tls = undefined;
  };
  /** A renewal waits until these serve what it deployed. */
  const verifyAt = (ports: readonly number[]): Promise<unknown> => {
    const endpoints = ports.map((port) => ({ host: '127.0.0.1', port, serverName: 'shop.example' }));
    return server.dataSource.query('UPDATE certificate_targets SET verify = $1', [JSON.stringify(endpoints)]);
  };
  const checkNow = async (): Promise<CertificateCheck> =>
    (await server.call<CertificateCheck>('POST /certificate-check')).body;
  const certificate = async (): Promise<Certificate> =>
    (await server.call<Certificate>(`GET /certificates/${String(certificateId)}`)).body;
  const query = <Row>(sql: string): Promise<Row[]> => server.dataSource.query(sql);

  it('finds what was deployed, another certificate, and nothing at all', async () => {
    expect(await checkNow()).toMatchObject({ running: false, checked: 1, troubled: 0, overdue: false });
    expect(await certificate()).toMatchObject({
      checkedAt: expect.any(String) as string,
      served: [{ host: '127.0.0.1', port: tlsPort, state: 'as_deployed' }],
    });
    await verifyAt([]);
    await renew();
    await verifyAt([tlsPort]);
    // Nobody has told the server to take up what lies there now.
    expect(await checkNow()).toMatchObject({ checked: 1, troubled: 1 });
    const { served, version } = await certificate();
    expect(served).toMatchObject([{ state: 'other' }]);
    expect(served[0]?.fingerprint).not.toBe(version?.fingerprint);
    await stopServing();
    expect(await checkNow()).toMatchObject({ checked: 1, troubled: 1 });
    expect((await certificate()).served).toMatchObject([
      { state: 'unreachable', fingerprint: null, detail: expect.stringContaining('refused') as string },
    ]);
  }, 60_000);

  it('forgets what it saw before a renewal that verified its endpoints itself', async () => {
    await stopServing();
    expect(await checkNow()).toMatchObject({ troubled: 1 });
    expect((await certificate()).served).toHaveLength(1);
    await verifyAt([]);
    await renew();
    await verifyAt([tlsPort]);
    const seen = await waitUntil('what was seen is forgotten', async () => {
      const one = await certificate();
      return one.served.length === 0 ? one : undefined;
    });
    expect(seen.checkedAt).toBeNull();
  }, 60_000);

  it('is run once over two replicas, and caught up once when days were missed', async () => {
    await checkNow();
    await query(`CREATE TABLE check_log (begun_at timestamptz)`);
    await query(`CREATE FUNCTION log_check() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO check_log VALUES (NEW.begun_at); RETURN NEW; END $$`);
    await query(`CREATE TRIGGER log_check AFTER UPDATE ON certificate_check FOR EACH ROW
      WHEN (OLD.begun_at IS DISTINCT FROM NEW.begun_at AND NEW.claimed_until IS NOT NULL) EXECUTE FUNCTION log_check()`);
    await query(
      `UPDATE certificate_check SET begun_at = begun_at - interval '5 days', ended_at = ended_at - interval '5 days'`,
    );
    expect((await server.call<CertificateCheck>('GET /certificate-check')).body).toMatchObject({ overdue: true });
    for (let round = 0; round < 3; round += 1)
      await Promise.all(servers.map(({ application }) => application.get(CertificateChecks).look()));
    const ended = await waitUntil('it has ended', async () => {
      const { body } = await server.call<CertificateCheck>('GET /certificate-check');
      return body.overdue || body.running ? undefined : body;
    });
    expect(Date.parse(ended.nextAt)).toBeGreaterThan(Date.now());
    expect(await query('SELECT * FROM check_log')).toHaveLength(1);
  }, 60_000);

  it('is begun again when whoever ran it is gone', async () => {
    await query(`UPDATE certificate_check SET begun_at = now(), claimed_until = now() - interval '1 second',
      ended_at = now() - interval '1 day'`);
    await Promise.all(servers.map(({ application }) => application.get(CertificateChecks).look()));
    const { body } = await server.call<CertificateCheck>('GET /certificate-check');
    expect(Date.now() - Date.parse(body.endedAt ?? '')).toBeLessThan(3_600_000);
  }, 60_000);
});
