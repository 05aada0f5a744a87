import type { Certificate, Problem } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { CertificatesServer } from './certificates-server.js';

/** Of a certificate, or of a refusal. */
interface Answer {
  readonly status: number;
  readonly body: Pick<Problem, 'code' | 'errors'> & Pick<Certificate, 'targets'>;
}

describe('two certificates and one file on a host', () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  let connectionId: number;
  let elsewhere: number;
  let shop: Certificate;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await CertificatesServer.start(database.url);
    connectionId = await server.addConnection('web');
    elsewhere = await server.addConnection('elsewhere');
    shop = await server.addCertificate('shop', { targets: [target('shop', { chainPath: '/etc/ssl/shop.chain' })] });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const target = (name: string, change: object = {}): object => ({
    ...{ connectionId, certificatePath: `/etc/ssl/${name}.pem`, keyPath: `/etc/ssl/${name}.key` },
    ...change,
  });
  const create = (name: string, ...targets: object[]): Promise<Answer> =>
    server.call('POST /certificates', { name, domains: [`${name}.example`], issuerId: 1, targets });
  const change = ({ id }: { id: number }, ...targets: object[]): Promise<Answer> =>
    server.call(`PATCH /certificates/${String(id)}`, { targets });
  const read = async ({ id }: { id: number }): Promise<Certificate> =>
    (await server.call<Certificate>(`GET /certificates/${String(id)}`)).body;

  it.each([
    ['the certificate', 'certificatePath', { certificatePath: '/etc/ssl/shop.pem' }],
    ['the key', 'keyPath', { keyPath: '/etc/ssl/shop.key' }],
    ['the chain', 'chainPath', { chainPath: '/etc/ssl/shop.chain' }],
    ['a file that is another one there', 'chainPath', { chainPath: '/etc/ssl/shop.key' }],
    ['a path with nothing between slashes', 'keyPath', { keyPath: '/etc//ssl/shop.key' }],
    ['a path with points', 'keyPath', { keyPath: '/etc/./ssl/./shop.key' }],
    ['a path that goes up again', 'keyPath', { keyPath: '/etc/nginx/../ssl/shop.key' }],
  ])('is refused for %s, and the other one is named', async (_, field, shared) => {
    const { status, body } = await create('other', target('other', shared));
    expect([status, body.code]).toEqual([409, 'FILE_TAKEN']);
    expect(body.errors).toEqual([
      { path: `body.targets.0.${field}`, message: expect.stringMatching(/^shop is put into \//) },
    ]);
  });

  it('is refused when one is changed, and nothing is lost', async () => {
    const other = await server.addCertificate('changed', { targets: [target('changed')] });
    const { status, body } = await change(other, target('changed', { keyPath: '/etc/ssl/shop.key' }));
    expect([status, body.code]).toEqual([409, 'FILE_TAKEN']);
    expect((await read(other)).targets).toMatchObject([{ keyPath: '/etc/ssl/changed.key', sharedWith: [] }]);
  });

  it('may have the same path on different hosts, and keeps its own when it is changed', async () => {
    expect((await create('far', target('shop', { connectionId: elsewhere }))).status).toBe(201);
    expect((await change(shop, target('shop', { mode: '0640' }))).status).toBe(200);
  });

  it('is written down without what says nothing', async () => {
    const { body } = await create('plain', target('plain', { keyPath: '/etc/.//ssl///./plain.key' }));
    expect(body.targets[0]?.keyPath).toBe('/etc/ssl/plain.key');
  });

  it('is given to one of two who ask at once', async () => {
    const names = ['first', 'second', 'third', 'fourth'];
    const answers = await Promise.all(names.map((name) => create(name, target(name, { keyPath: '/etc/ssl/one.key' }))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
  });

  it('where it was so before is shown on both, and keeps nobody from changing something else', async () => {
    const old = await server.addCertificate('old', { targets: [target('old')] });
    await server.dataSource.query(
      `UPDATE certificate_targets SET key_path = '/etc//ssl/shop.key' WHERE certificate_id = $1`,
      [old.id],
    );
    expect((await read(old)).targets).toMatchObject([{ sharedWith: ['shop'] }]);
    expect((await read(shop)).targets).toMatchObject([{ sharedWith: ['old'] }]);
    expect((await change(old, target('old', { keyPath: '/etc/ssl/shop.key', mode: '0600' }))).status).toBe(200);
    expect((await change(old, target('old'))).status).toBe(200);
    expect((await read(shop)).targets).toMatchObject([{ sharedWith: [] }]);
  });
});
