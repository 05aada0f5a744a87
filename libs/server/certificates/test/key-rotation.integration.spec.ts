import type { Issuer } from '@lockstep/contract';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import { type TestDatabase, createTestDatabase, waitUntil } from '@lockstep/server-testing';
import { AcmeAccounts } from '../src/acme/acme-accounts.js';
import { CertificateEntity } from '../src/model/certificate.entity.js';
import { CertificateVersions } from '../src/versions/certificate-versions.js';
import { Issuance } from '../src/versions/issuance.js';
import { KeyRotation } from '../src/versions/key-rotation.js';
import { CertificatesServer } from './certificates-server.js';

const newKey = (): MasterKey => MasterKey.parse(MasterKey.generate(), 'test');
const operationId = '01900000-0000-7000-8000-000000000000';

describe('a new master key', () => {
  const [old, fresh] = [newKey(), newKey()];
  let database: TestDatabase;
  let server: CertificatesServer;
  let issuerId: number;

  const restart = async (secretBox: SecretBox): Promise<void> => {
    await server.stop();
    server = await CertificatesServer.start(database.url, { secretBox });
  };
  const stale = async (): Promise<number> => {
    const rows = await server.dataSource.query<{ sealed: Buffer }[]>(
      `SELECT sealed_key AS sealed FROM certificate_versions
       UNION ALL SELECT sealed_root_key FROM internal_authorities UNION ALL SELECT sealed_issuing_key FROM internal_authorities
       UNION ALL SELECT unnest(ARRAY[sealed_account_key, sealed_eab_key, sealed_provider_secret]) FROM acme_accounts`,
    );
    expect(rows.length).toBe(6);
    return rows.filter(({ sealed }) => new SecretBox(fresh).isStale(sealed)).length;
  };
  /** What a renewal does until it has a certificate and its key. */
  const issue = async (): Promise<{ number: number; key: string }> => {
    const where = { name: 'kept' };
    const certificate = await server.dataSource.manager.findOneOrFail(CertificateEntity, {
      where,
      relations: { issuer: true },
    });
    const begun = await server.application
      .get(CertificateVersions)
      .begin(certificate, { id: operationId, metadata: {} });
    const issuance = server.application.get(Issuance);
    const version = await issuance.issue(certificate, begun);
    return { number: version.number, key: await issuance.keyOf(version) };
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await CertificatesServer.start(database.url, { secretBox: new SecretBox(old) });
    await server.addCertificate('kept');
    const challenge = { kind: 'dns-01', provider: { kind: 'cloudflare', apiToken: 'token' } };
    const ca = { directoryUrl: 'https://ca.example/', email: 'ada@example.com' };
    const acme = { ...ca, eab: { kid: 'contract', hmacKey: 'aG1hYw' }, challenge };
    const { body } = await server.call<Issuer>('POST /issuers', { name: 'CA', kind: 'acme', acme });
    issuerId = body.id;
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  it('wraps private keys anew in the background, after which the old one is needed no more', async () => {
    const first = await issue();
    expect(await stale()).toBe(6);
    await restart(new SecretBox(fresh, [old]));
    await waitUntil('nothing is wrapped by the old key', async () => ((await stale()) === 0 ? true : undefined));
    await restart(new SecretBox(fresh));
    expect(await issue()).toEqual(first);
    const accounts = server.application.get(AcmeAccounts);
    expect(await accounts.open(issuerId)).toMatchObject({
      accountKey: expect.stringContaining('PRIVATE KEY'),
      eabKey: 'aG1hYw',
    });
    expect(await accounts.providerSecret(issuerId)).toBe('token');
    const { status } = await server.callText('GET /issuers/1/root');
    expect(status).toBe(200);
  }, 60_000);

  it('leaves alone, and counts, what was wrapped by a key that is not here', async () => {
    const [row] = await server.dataSource.query<{ id: string }[]>('SELECT id FROM certificate_versions');
    const place = { table: 'certificate_versions', column: 'sealed_key', row: row?.id ?? '' };
    const foreign = new SecretBox(newKey()).seal('x', place);
    await server.dataSource.query('UPDATE certificate_versions SET sealed_key = $1', [foreign]);
    expect(await server.application.get(KeyRotation).rotate()).toBe(1);
  });
});
