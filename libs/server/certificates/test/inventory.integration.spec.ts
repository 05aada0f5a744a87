import type { Certificate, Issuer, Problem } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { CertificatesServer } from './certificates-server.js';

const place = (connectionId: number, name: string): object => ({
  connectionId,
  certificatePath: `/etc/ssl/${name}.pem`,
  keyPath: `/etc/ssl/${name}.key`,
});

interface Page {
  items: Certificate[];
  nextCursor: string | null;
  total: number;
}

describe('the inventory of certificates', () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  let granted: number;
  let hidden: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await CertificatesServer.start(database.url);
    granted = await server.addConnection('granted');
    hidden = await server.addConnection('hidden');
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  /** As if it had been issued `since` days ago for `days`. */
  const issue = async (id: number, [since, days]: [number, number]): Promise<void> => {
    const facts = { subject: '', issuer: '', names: [], serialNumber: '1', fingerprint: 'AA', keyType: 'ecdsa-p256' };
    await server.dataSource.query(
      `INSERT INTO certificate_versions (id, certificate_id, number, domains, issuer_id, key_type, sealed_key, request,
         issued_at, leaf, chain, facts, not_before, not_after, renew_at)
       SELECT gen_random_uuid(), $1, 1, '{}', 1, 'ecdsa-p256', 'canary-5512', 'request', now(), 'leaf;', 'chain',
         $2, now() - $3 * interval '1 day', now() + $4 * interval '1 day', now() + ($4 / 2.0) * interval '1 day'`,
      [id, { ...facts, notBefore: new Date(), notAfter: new Date() }, since, days - since],
    );
  };

  it('keeps what it is told and fills in the rest', async () => {
    const { body, status } = await server.call<Certificate>('POST /certificates', {
      name: 'shop',
      domains: ['Shop.example', '*.shop.example', 'shop.example'],
      issuerId: 1,
      targets: [
        {
          ...place(granted, 'shop'),
          reload: { service: 'nginx.service' },
          verify: [{ host: '127.0.0.1', serverName: 'shop.example' }],
        },
      ],
    });
    expect([status, body]).toMatchObject([
      201,
      {
        domains: ['shop.example', '*.shop.example'],
        issuerName: 'Internal CA',
        keyType: 'ecdsa-p256',
        autoRenew: true,
        status: 'not_issued',
        version: null,
        renewAt: null,
        targets: [
          {
            connectionId: granted,
            connectionName: 'granted',
            mode: null,
            reload: { service: 'nginx.service' },
            verify: [{ host: '127.0.0.1', port: 443, serverName: 'shop.example' }],
            deployedVersion: null,
          },
        ],
      },
    ]);
    expect((await server.call(`GET /certificates/${String(body.id)}/versions`)).body).toEqual({ items: [] });
    expect((await server.call<Problem>(`GET /certificates/${String(body.id)}/chain`)).body.code).toBe('NOTHING_ISSUED');
  });

  it.each([
    ['a name that is taken', { name: 'SHOP' }, 'NAME_TAKEN'],
    ['no domain', { domains: [] }, 'VALIDATION_FAILED'],
    ['a domain that is none', { domains: ['http://x'] }, 'VALIDATION_FAILED'],
    ['an unknown issuer', { issuerId: 999 }, 'VALIDATION_FAILED'],
    ['an unknown connection', { targets: [place(999_999, 'x')] }, 'VALIDATION_FAILED'],
    [
      'one file for both',
      { targets: [{ connectionId: 1, certificatePath: '/a/b', keyPath: '/a/b' }] },
      'VALIDATION_FAILED',
    ],
    ['a relative path', { targets: [{ connectionId: 1, certificatePath: 'a', keyPath: '/a/b' }] }, 'VALIDATION_FAILED'],
    [
      'a path of two lines',
      { targets: [{ connectionId: 1, certificatePath: '/a\n/b', keyPath: '/a/c' }] },
      'VALIDATION_FAILED',
    ],
    ['an unknown field', { colour: 'red' }, 'VALIDATION_FAILED'],
  ])('refuses %s', async (_what, change, code) => {
    const body = { name: 'refused', domains: ['refused.example'], issuerId: 1, ...change };
    expect((await server.call<Problem>('POST /certificates', body)).body.code).toBe(code);
  });

  it('puts no two certificates into one file', async () => {
    const { body } = await server.call<Problem>('POST /certificates', {
      name: 'same file',
      domains: ['other.example'],
      issuerId: 1,
      targets: [place(granted, 'shop')],
    });
    const places = ['body.targets.0.certificatePath', 'body.targets.0.keyPath'];
    expect(body).toMatchObject({ code: 'FILE_TAKEN', errors: places.map((path) => ({ path })) });
  });

  it('tells first what needs attention first, page by page', async () => {
    const made = { expired: [40, 30], due: [25, 30], fresh: [1, 90] } satisfies Record<string, [number, number]>;
    const ids: Record<string, number> = {};
    for (const [name, [since, days]] of Object.entries(made)) {
      ids[name] = (await server.addCertificate(`attention-${name}`)).id;
      await issue(ids[name], [since, days]);
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await server.call<Page>(`GET /certificates?search=attention&limit=1${cursor}`);
      expect(body.total).toBe(3);
      seen.push(...body.items.map(({ name, status }) => `${name} ${status}`));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(['attention-expired expired', 'attention-due valid', 'attention-fresh valid']);
    await server.dataSource.query(`UPDATE certificate_versions SET renew_at = now() WHERE certificate_id = $1`, [
      ids['due'],
    ]);
    for (const [status, name] of [
      ['expired', 'expired'],
      ['due', 'due'],
      ['valid', 'fresh'],
    ]) {
      const { body } = await server.call<Page>(`GET /certificates?search=ATTENTION&status=${String(status)}`);
      expect(body.items.map((item) => item.name)).toEqual([`attention-${String(name)}`]);
    }
    const { text } = await server.callText(`GET /certificates/${String(ids['fresh'])}/chain`);
    expect(text).toBe('leaf;chain');
    const { body: bad } = await server.call<Problem>('GET /certificates?cursor=bm9uc2Vuc2U');
    expect(bad.errors).toMatchObject([{ path: 'query.cursor' }]);
  });

  it('shows a certificate through the connections of its targets, and no other target', async () => {
    const both = await server.addCertificate('both', { targets: [place(granted, 'both'), place(hidden, 'both')] });
    const other = await server.addCertificate('other', { targets: [place(hidden, 'other')] });
    const viewer = await server.addUser('vera', 'viewer', { connectionIds: [granted] });
    const { body } = await server.call<Page>('GET /certificates?limit=500', undefined, viewer);
    expect(body.items.map(({ name }) => name).toSorted()).toEqual(['both', 'shop']);
    const { body: seen } = await server.call<Certificate>(`GET /certificates/${String(both.id)}`, undefined, viewer);
    expect(seen.targets.map(({ connectionId }) => connectionId)).toEqual([granted]);
    for (const rest of ['', '/versions', '/chain']) {
      const answer = await server.call<Problem>(`GET /certificates/${String(other.id)}${rest}`, undefined, viewer);
      expect([rest, answer.status]).toEqual([rest, 404]);
    }
    const { body: through } = await server.call<Page>(
      `GET /certificates?connectionId=${String(hidden)}`,
      undefined,
      viewer,
    );
    expect(through).toEqual({ items: [], nextCursor: null, total: 0 });
    expect((await server.call<Problem>(`DELETE /certificates/${String(both.id)}`, undefined, viewer)).status).toBe(403);
  });

  it('keeps what was verified at a place that stays', async () => {
    const { id } = await server.addCertificate('moving', { targets: [place(granted, 'moving')] });
    await issue(id, [0, 30]);
    await server.dataSource.query(
      `UPDATE certificate_targets SET deployed_version = 1, deployed_at = now() WHERE certificate_id = $1`,
      [id],
    );
    const { body } = await server.call<Certificate>(`PATCH /certificates/${String(id)}`, {
      targets: [place(granted, 'new'), { ...place(granted, 'moving'), mode: '0640' }],
      autoRenew: false,
    });
    expect(body).toMatchObject({
      autoRenew: false,
      domains: ['moving.example'],
      targets: [{ deployedVersion: null }, { deployedVersion: 1, mode: '0640' }],
      version: { number: 1, deployedTo: [{ certificatePath: '/etc/ssl/moving.pem' }] },
    });
    expect(JSON.stringify(body)).not.toContain('5512');
  });

  it('audits every change', async () => {
    const { id } = await server.addCertificate('audited');
    await server.call(`PATCH /certificates/${String(id)}`, { name: 'audited anew' });
    expect((await server.call(`DELETE /certificates/${String(id)}`)).status).toBe(204);
    expect((await server.call(`GET /certificates/${String(id)}`)).status).toBe(404);
    const entries: { action: string }[] = await server.dataSource.query(
      `SELECT action FROM audit_entries WHERE subject = $1 ORDER BY id`,
      [`certificate:${String(id)}`],
    );
    expect(entries.map(({ action }) => action)).toEqual([
      'certificate.created',
      'certificate.changed',
      'certificate.deleted',
    ]);
  });
});

describe('the issuers', () => {
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

  it('have one from the start, which cannot be removed', async () => {
    const { body } = await server.call<{ items: Issuer[] }>('GET /issuers');
    expect(body.items).toMatchObject([
      { id: 1, kind: 'internal', builtIn: true, internal: { lifetimeDays: 30 } },
      { id: 2, kind: 'manual', builtIn: true, internal: null, acme: null },
    ]);
    expect((await server.call<Problem>('DELETE /issuers/1')).body.code).toBe('ISSUER_IN_USE');
    expect((await server.call<Problem>('POST /issuers', { name: 'internal ca', kind: 'internal' })).body.code).toBe(
      'NAME_TAKEN',
    );
  });

  it('sign for the names that they permit only', async () => {
    const { body: issuer } = await server.call<Issuer>('POST /issuers', {
      name: 'Lab',
      kind: 'internal',
      internal: { permittedNames: ['Lab.example'] },
    });
    expect(issuer.internal).toEqual({ lifetimeDays: 30, permittedNames: ['lab.example'] });
    const ask = (domains: string[]) =>
      server.call<Problem>('POST /certificates', { name: domains[0], domains, issuerId: issuer.id });
    expect((await ask(['lab.example', '*.a.lab.example'])).status).toBe(201);
    for (const name of ['notlab.example', 'lab.example.org', '192.0.2.1']) {
      expect((await ask([name])).body.code).toBe('CERTIFIED_NAME_REFUSED');
    }
    expect((await server.call<Problem>(`DELETE /issuers/${String(issuer.id)}`)).body.code).toBe('ISSUER_IN_USE');
    const { body } = await server.call<Issuer>(`PATCH /issuers/${String(issuer.id)}`, {
      internal: { lifetimeDays: 7 },
    });
    expect(body).toMatchObject({
      name: 'Lab',
      internal: { lifetimeDays: 7, permittedNames: ['lab.example'] },
      certificates: 1,
    });
  });
});
