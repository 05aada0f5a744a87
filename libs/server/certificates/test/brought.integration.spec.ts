import type {
  Certificate,
  CertificateVersion,
  InventoryItem,
  Operation,
  Problem,
  StartAnswer,
} from '@lockstep/contract';
import {
  type TestDatabase,
  type TlsHost,
  TlsProbe,
  createTestDatabase,
  isTlsPair,
  startTlsHost,
  tlsSite,
  waitUntil,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { CertificatesServer } from './certificates-server.js';
import { TlsPorts } from './tls-ports.js';

const { name: siteName, certificatePath, keyPath } = tlsSite;
const reason = await whyNoSystemdHosts();
const title = `certificates that people bring${reason ? ` (left out: ${reason})` : ''}`;
/** A certificate, or why there is none. */
type Answer = Omit<Certificate, 'status'> & Problem;
/** The issuer by hand that is there from the start. */
const byHand = 2;

(reason ? describe.skip : describe)(title, () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  let authority: TlsPorts;
  let place: TlsHost;
  let connectionId: number;
  let root: string;

  beforeAll(async () => {
    [authority, database, place] = await Promise.all([TlsPorts.prepare(), createTestDatabase(), startTlsHost()]);
    server = await CertificatesServer.start(database.url, { stepDeadlineMs: 5_000 });
    connectionId = await server.addConnection('web', place.host);
    root = await authority.read('root.pem');
  }, 300_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([place.host.stop(), database.drop(), authority.dispose()]);
  }, 60_000);

  /** The place on the host is free for the next one, however this one went. */
  afterEach(async () => {
    const { body } = await server.call<{ items: Operation[] }>('GET /operations?status=pending,in_progress');
    for (const { id } of body.items) {
      await server.call(`POST /operations/${id}/cancel`);
      await server.ended(id);
    }
    const { body: all } = await server.call<{ items: Certificate[] }>('GET /certificates');
    for (const { id } of all.items) expect((await server.call(`DELETE /certificates/${String(id)}`)).status).toBe(204);
  });

  const target = () => ({
    connectionId,
    certificatePath,
    keyPath,
    reload: { service: 'nginx.service' },
    verify: [{ host: '127.0.0.1', port: place.port, serverName: siteName }],
  });
  const begin = async (id: number): Promise<string> => {
    const { status, body } = await server.call<StartAnswer>(`POST /certificates/${String(id)}/renew`);
    expect(status).toBe(202);
    return body.operationId;
  };
  const parked = (operationId: string): Promise<Operation> =>
    waitUntil('the renewal waits for its certificate', async () => {
      const { body } = await server.call<Operation>(`GET /operations/${operationId}`);
      return body.phase === 'waiting' && body.metadata['waitsFor'] === 'signed_certificate' ? body : undefined;
    });
  const request = (id: number) => server.callText(`GET /certificates/${String(id)}/request`);
  const bring = (id: number, certificate: string, more: object = {}) =>
    server.call<Answer>(`POST /certificates/${String(id)}/issued`, { certificate, ...more });
  const waiting = async (name: string): Promise<{ id: number; operationId: string; csr: string }> => {
    const { id } = await server.addCertificate(name, { domains: [siteName], issuerId: byHand, targets: [target()] });
    const operationId = await begin(id);
    await parked(operationId);
    return { id, operationId, csr: (await request(id)).text };
  };
  const dumpHas = async (text: string): Promise<boolean> => {
    const tables = ['operations', 'operation_events', 'audit_entries', 'certificates', 'certificate_versions'];
    const rows = await Promise.all(tables.map((table) => server.dataSource.query<unknown[]>(`SELECT * FROM ${table}`)));
    return JSON.stringify(rows).includes(text);
  };

  it('waits with the slot and no worker, over a restart, and deploys what is brought', async () => {
    const { id, operationId, csr } = await waiting('by-hand');
    expect(csr).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/);
    const before = (await server.call<Operation>(`GET /operations/${operationId}`)).body;
    expect(Date.parse(before.notBefore ?? '') - Date.parse(before.startedAt)).toBe(30 * 86_400_000);
    expect(before.message).toBe('Waits for the signed certificate');
    const again = await server.call<StartAnswer>(`POST /certificates/${String(id)}/renew`);
    expect(again.body).toMatchObject({ status: 'already_running', operationId });

    await server.stop();
    server = await CertificatesServer.start(database.url, { stepDeadlineMs: 5_000 });
    expect((await request(id)).text).toBe(csr);

    const leaf = await authority.sign(csr);
    const { status, body } = await bring(id, `${root}\nSome words of the authority.\n${leaf}`);
    expect([status, body.version?.names]).toEqual([200, [siteName]]);
    expect(await server.ended(operationId)).toMatchObject({ status: 'completed', effect: 'applied', attempt: 1 });
    expect(await TlsProbe.look(place.port)).toBe(body.version?.fingerprint);
    expect(await isTlsPair(place.host)).toBe(true);
    // The root stays with the clients.
    expect((await server.callText(`GET /certificates/${String(id)}/chain`)).text.match(/BEGIN CERT/g)).toHaveLength(1);
    expect((await bring(id, leaf)).body.code).toBe('NOTHING_REQUESTED');
    expect((await request(id)).status).toBe(409);
  }, 120_000);

  it('tells exactly what is wrong with what is brought, and loses nothing by it', async () => {
    const mine = await waiting('refused');
    const { id, csr } = mine;
    const other = await authority.read('leaf.pem');
    const leaf = await authority.sign(csr);
    const objections = async (certificate: string, more?: object): Promise<string> => {
      const { status, body } = await bring(id, certificate, more);
      expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(body.errors?.every(({ path }) => path === 'body.certificate')).toBe(true);
      return body.errors?.map(({ message }) => message).join(' ') ?? '';
    };
    expect(await objections('not PEM at all')).toMatch(/no certificate in this text/);
    expect(await objections('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toMatch(
      /1 .*cannot be read/,
    );
    expect(await objections('-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----')).toMatch(/PKCS#7 cannot be read/);
    expect(await objections(other)).toMatch(/another key/);
    expect(await objections(`${other}${root}`)).toMatch(/None of the 2 certificates/);
    expect(await objections(leaf.repeat(21))).toMatch(/At most 20/);
    expect(await objections(leaf)).toMatch(/Test Root, is not sent.*confirm that clients know it/);
    expect(await objections(`${await authority.sign(csr, { days: -1 })}${root}`)).toMatch(/expired on/);
    expect(await objections(`${await authority.sign(csr, { names: ['else.example'] })}${root}`)).toMatch(
      /for else\.example, not for shop\.example/,
    );
    const key = await authority.read('leaf.key');
    expect(await objections(`${leaf}${key}`)).toMatch(/private key, which does not belong here/);
    expect(await dumpHas(key.split('\n')[1] ?? '')).toBe(false);
    expect((await bring(id, 'x'.repeat(1_000_000))).status).toBe(413);
    expect((await bring(id, 'x'.repeat(65_537))).status).toBe(400);
    expect((await request(id)).text).toBe(csr);
    expect((await bring(id, leaf, { allowUnknownAuthority: true })).status).toBe(200);
    expect((await server.ended(mine.operationId)).status).toBe('completed');
  });

  it('takes PKCS#7, and one of two that bring it at once', async () => {
    const mine = await waiting('packed');
    const leaf = await authority.sign(mine.csr);
    const packed = await authority.pack(`${leaf}${root}`);
    const answers = await Promise.all([bring(mine.id, packed), bring(mine.id, packed)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    await server.ended(mine.operationId);
  });

  it('keeps the request when a person cancels: what comes later is deployed by the next renewal', async () => {
    const mine = await waiting('patient');
    await server.call(`POST /operations/${mine.operationId}/cancel`);
    expect(await server.ended(mine.operationId)).toMatchObject({ status: 'cancelled', effect: 'none' });
    expect((await bring(mine.id, `${await authority.sign(mine.csr)}${root}`)).status).toBe(200);
    expect((await server.ended(await begin(mine.id))).status).toBe('completed');
  });

  it('fails after thirty days, telling so; the request still counts', async () => {
    const mine = await waiting('late');
    await server.dataSource.query(
      `UPDATE operations SET started_at = started_at - interval '31 days', not_before = now() WHERE id = $1`,
      [mine.operationId],
    );
    await server.dataSource.query(
      `SELECT graphile_worker.add_job('run_operation', json_build_object('operationId', $1::text), job_key := $1::text)`,
      [mine.operationId],
    );
    const ended = await server.ended(mine.operationId);
    expect([ended.status, ended.error]).toEqual(['failed', expect.stringMatching(/within 30 days/)]);
    await parked(await begin(mine.id));
    expect((await request(mine.id)).text).toBe(mine.csr);
  });

  it('is for administrators to bring; who sees the certificate may carry its request', async () => {
    const mine = await waiting('rights');
    const [granted, other] = await Promise.all([
      server.addUser('gail', 'operator', { connectionIds: [connectionId] }),
      server.addUser('otto', 'viewer'),
    ]);
    const line = `/certificates/${String(mine.id)}`;
    expect((await server.callText(`GET ${line}/request`, undefined, granted)).text).toBe(mine.csr);
    expect((await server.callText(`GET ${line}/request`, undefined, other)).status).toBe(404);
    expect((await server.call(`POST ${line}/issued`, { certificate: 'x' }, granted)).status).toBe(403);
  });

  const upload = (input: object) => server.call<Answer>('POST /certificates/upload', input);

  it('deploys a certificate that was uploaded with its key, which is never told again', async () => {
    const [leaf, key] = await Promise.all([authority.read('leaf.pem'), authority.read('leaf.key')]);
    const { status, body } = await upload({
      name: 'uploaded',
      certificate: `${leaf}${root}`,
      privateKey: key,
      targets: [target()],
    });
    expect([status, body.origin, body.autoRenew, body.domains]).toEqual([
      201,
      'uploaded',
      false,
      [siteName, '127.0.0.1'],
    ]);
    expect(body.renewal.reason).toBe('off');
    const operation = await server.ended(await begin(body.id));
    expect(operation).toMatchObject({ status: 'completed', effect: 'applied' });
    expect(await TlsProbe.look(place.port)).toBe(body.version?.fingerprint);
    expect(await isTlsPair(place.host)).toBe(true);
    const secret = key.split('\n')[1] ?? '';
    expect(await dumpHas(secret)).toBe(false);
    const doors = [
      `/certificates/${String(body.id)}`,
      `/certificates/${String(body.id)}/versions`,
      '/audit',
      '/operations',
    ];
    for (const door of doors) expect((await server.callText(`GET ${door}`)).text).not.toContain(secret);
    const { body: list } = await server.call<{ items: InventoryItem[] }>('GET /certificates/inventory?origin=uploaded');
    expect(list.items).toMatchObject([{ origin: 'uploaded', certificate: { id: body.id } }]);

    const next = { certificate: `${await authority.read('newer.pem')}${root}`, privateKey: key };
    expect((await server.call(`POST /certificates/${String(body.id)}/upload`, next)).status).toBe(200);
    expect((await server.ended(await begin(body.id))).status).toBe('completed');
    const { body: versions } = await server.call<{ items: CertificateVersion[] }>(
      `GET /certificates/${String(body.id)}/versions`,
    );
    expect(await TlsProbe.look(place.port)).toBe(versions.items[0]?.fingerprint);
    expect(versions.items).toHaveLength(2);
    // With nothing left to deploy a renewal makes a request, as any certificate by hand has it.
    await parked(await begin(body.id));
  }, 120_000);

  it('takes an encrypted key with its passphrase, and refuses what does not fit together', async () => {
    const [leaf, key] = await Promise.all([authority.read('leaf.pem'), authority.read('leaf.key')]);
    const encrypted = authority.openssl(['pkey', '-in', 'leaf.key', '-aes256', '-passout', 'pass:umbrella']);
    const other = authority.openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
    const whole = { name: 'odd', certificate: `${leaf}${root}`, privateKey: key };
    const expired = await authority.read('expired.pem');
    const refused: [object, string, RegExp][] = [
      [{ privateKey: other }, 'body.certificate', /None of the 2 certificates is for this key/],
      [{ privateKey: 'nonsense' }, 'body.privateKey', /cannot be read/],
      [{ privateKey: leaf }, 'body.privateKey', /cannot be read/],
      [{ privateKey: encrypted }, 'body.privateKey', /tell its passphrase/],
      [{ privateKey: encrypted, passphrase: 'wrong' }, 'body.privateKey', /does not open/],
      [{ certificate: `${leaf}${key}` }, 'body.certificate', /private key, which does not belong here/],
      [{ certificate: `${expired}${root}` }, 'body.certificate', /expired on/],
      [{ certificate: leaf }, 'body.certificate', /Test Root, is not sent/],
    ];
    for (const [change, path, message] of refused) {
      const { status, body } = await upload({ ...whole, ...change });
      expect([status, body.errors]).toEqual([400, [{ path, message: expect.stringMatching(message) }]]);
    }
    const { status, body } = await upload({ ...whole, privateKey: encrypted, passphrase: 'umbrella' });
    expect([status, body.version?.keyType]).toEqual([201, 'ecdsa-p256']);
    expect((await upload({ ...whole, name: 'even' })).status).toBe(201);
    expect((await upload(whole)).body.code).toBe('NAME_TAKEN');
    const { id } = await server.addCertificate('not-by-hand');
    const wrong = await server.call<Problem>(`POST /certificates/${String(id)}/upload`, {
      certificate: `${leaf}${root}`,
      privateKey: key,
    });
    expect(wrong.body.code).toBe('CONFLICT');
  });
});
