import type { Issuer, Problem } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { CertificatesServer } from './certificates-server.js';

const canary = 'Y2FuYXJ5LWNhbmFyeS1jYW5hcnk';
const directoryUrl = 'https://acme.example/directory';
const acme = { directoryUrl, email: 'ada@example.com', challenge: { kind: 'http-01', answeredBy: 'lockstep' } };
const viaDns = (provider: object): object => ({ ...acme, challenge: { kind: 'dns-01', provider } });
const key = { name: 'lockstep', secret: canary };
const dnsUpdate = { kind: 'rfc2136', server: '192.0.2.53', key };

describe('ACME issuers', () => {
  let database: TestDatabase;
  let server: CertificatesServer;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await CertificatesServer.start(database.url);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  let count = 0;
  const add = async (settings: object): Promise<Issuer> => {
    const name = `CA ${String((count += 1))}`;
    const { status, body } = await server.call<Issuer>('POST /issuers', { name, kind: 'acme', acme: settings });
    expect({ status, body }).toMatchObject({ status: 201, body: { kind: 'acme', internal: null } });
    return body;
  };
  const change = ({ id }: Issuer, settings: object): Promise<{ status: number; body: Issuer }> =>
    server.call<Issuer>(`PATCH /issuers/${String(id)}`, { acme: settings });
  const sealed = async ({ id }: Issuer): Promise<Record<string, Buffer | null>> => {
    const [row] = await server.dataSource.query<Record<string, Buffer | null>[]>(
      'SELECT sealed_account_key AS account, sealed_eab_key AS eab, sealed_provider_secret AS provider FROM acme_accounts WHERE issuer_id = $1',
      [id],
    );
    return row ?? {};
  };

  it('tell everything but their secrets, of which they say when they were set', async () => {
    const eab = { kid: 'contract-1', hmacKey: canary };
    const issuer = await add({ ...viaDns(dnsUpdate), eab, preferredChain: 'Good Root' });
    expect(issuer.acme).toMatchObject({
      directoryUrl,
      eab: { kid: 'contract-1' },
      preferredChain: 'Good Root',
      trustedRoots: null,
      account: null,
      pausedUntil: null,
      allowance: { failedValidationsPerHour: 5, duplicatesPerWeek: 5 },
      challenge: {
        kind: 'dns-01',
        resolvers: [],
        provider: {
          kind: 'rfc2136',
          server: '192.0.2.53',
          port: 53,
          key: { name: 'lockstep', algorithm: 'hmac-sha256' },
        },
      },
    });
    expect(issuer.acme?.eabKeySetAt).toMatch(/^2/);
    expect(issuer.acme?.providerSecretSetAt).toMatch(/^2/);
    const { text } = await server.callText('GET /issuers');
    const audit = await server.dataSource.query<unknown[]>('SELECT * FROM audit_entries');
    const rows = await server.dataSource.query<unknown[]>('SELECT * FROM issuers');
    expect(JSON.stringify([issuer, text, audit, rows])).not.toContain(canary);
  });

  it('keep a secret that a change does not tell, and forget one that is not needed any more', async () => {
    const issuer = await add({ ...viaDns(dnsUpdate), eab: { kid: 'contract-1', hmacKey: canary } });
    const before = await sealed(issuer);
    const provider = { ...dnsUpdate, port: 5_353, key: { name: 'lockstep', algorithm: 'hmac-sha512' } };
    const { body } = await change(issuer, { challenge: { kind: 'dns-01', provider }, eab: { kid: 'contract-1' } });
    expect(body.acme?.challenge).toMatchObject({ provider: { port: 5_353, key: { algorithm: 'hmac-sha512' } } });
    expect(await sealed(issuer)).toEqual(before);
    await change(issuer, { challenge: acme.challenge, eab: null, preferredChain: 'Other' });
    expect(await sealed(issuer)).toEqual({ account: before['account'], eab: null, provider: null });
    const { body: after } = await change(issuer, { preferredChain: null, allowance: { duplicatesPerWeek: 50 } });
    expect(after.acme).toMatchObject({
      preferredChain: null,
      eabKeySetAt: null,
      providerSecretSetAt: null,
      allowance: { failedValidationsPerHour: 5, duplicatesPerWeek: 50 },
    });
  });

  it('have a key each, which stays the same', async () => {
    const [one, other] = [await add(acme), await add(acme)];
    const keys = [await sealed(one), await sealed(other)].map(({ account }) => account?.toString('hex'));
    expect(new Set(keys).size).toBe(2);
    await change(one, { email: 'grace@example.com' });
    expect((await sealed(one))['account']?.toString('hex')).toBe(keys[0]);
  });

  it.each([
    ['a directory without TLS', { ...acme, directoryUrl: 'http://acme.example/' }, 'body.acme.directoryUrl'],
    ['no secret for its provider', viaDns({ kind: 'cloudflare' }), 'body.acme.challenge.provider.apiToken'],
    [
      'a program outside the folder',
      viaDns({ kind: 'command', program: '../sh' }),
      'body.acme.challenge.provider.program',
    ],
    ['roots that are none', { ...acme, trustedRoots: '-----BEGIN CERTIFICATE-----' }, 'body.acme.trustedRoots'],
    [
      'an allowance of which none is left',
      { ...acme, allowance: { duplicatesPerWeek: 1 } },
      'body.acme.allowance.duplicatesPerWeek',
    ],
  ])('are refused with %s', async (_what, settings, path) => {
    const { status, body } = await server.call<Problem>('POST /issuers', { name: 'Bad', kind: 'acme', acme: settings });
    expect(status).toBe(400);
    expect(body.errors?.map((error) => error.path)).toContain(path);
  });

  it('need the secret of another provider, and the key of another contract', async () => {
    const issuer = await add({ ...viaDns(dnsUpdate), eab: { kid: 'contract-1', hmacKey: canary } });
    const challenge = { kind: 'dns-01', provider: { kind: 'cloudflare' } };
    expect((await change(issuer, { challenge })).status).toBe(400);
    expect((await change(issuer, { eab: { kid: 'contract-2' } })).status).toBe(400);
    expect(
      (await change(issuer, { challenge: { kind: 'dns-01', provider: { ...challenge.provider, apiToken: 'x' } } }))
        .status,
    ).toBe(200);
    expect((await server.call('PATCH /issuers/1', { acme: { email: 'ada@example.com' } })).status).toBe(400);
  });

  it('do not take names that they could not prove', async () => {
    const [web, dns] = [await add(acme), await add(viaDns(dnsUpdate))];
    const offer = (issuer: Issuer, name: string): Promise<{ status: number; body: Problem }> =>
      server.call<Problem>('POST /certificates', {
        name: `${name} ${issuer.name}`,
        domains: [name],
        issuerId: issuer.id,
      });
    expect((await offer(web, '*.example.com')).body.code).toBe('CERTIFIED_NAME_REFUSED');
    expect((await offer(dns, '192.0.2.1')).body.code).toBe('CERTIFIED_NAME_REFUSED');
    expect((await offer(dns, '*.example.com')).status).toBe(201);
    expect((await offer(web, '192.0.2.1')).status).toBe(201);
  });
});
