import type { Certificate, Operation, Problem, StartAnswer } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { CertificatesServer } from './certificates-server.js';

/** Its hosts have no address: what is told of it matters here, not how it ends. */
describe('a renewal on several connections, seen by those who may not see them all', () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  let certificate: Certificate;
  let berlin: number;
  let lisbon: number;
  let operation: Operation;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await CertificatesServer.start(database.url);
    berlin = await server.addConnection('berlin');
    lisbon = await server.addConnection('lisbon');
    const oslo = await server.addConnection('oslo');
    const targets = [berlin, lisbon, oslo].map((connectionId) => ({
      connectionId,
      certificatePath: '/srv/shop.pem',
      keyPath: '/srv/shop.key',
    }));
    certificate = await server.addCertificate('shop', { targets });
    const { body } = await server.call<StartAnswer>(`POST /certificates/${String(certificate.id)}/renew`);
    operation = await server.ended(body.operationId);
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const deployments = async (token?: string): Promise<string[]> => {
    const line = `GET /operations?parentId=${operation.id}`;
    const { body } = await server.call<{ items: Operation[] }>(line, undefined, token);
    return body.items.map(({ connectionName }) => connectionName).sort();
  };

  it('is whole for who sees them all', async () => {
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'NAME_NOT_RESOLVED', effect: 'none' });
    expect(operation.error).toContain('The new certificate is on 0 of 3 hosts.');
    expect(await deployments()).toEqual(['lisbon', 'oslo']);
  });

  it('tells the name of no other host, and is not theirs to begin, to stop or to begin again', async () => {
    const token = await server.addUser('bea', 'operator', { connectionIds: [berlin] });
    const { body } = await server.call<Operation>(`GET /operations/${operation.id}`, undefined, token);
    const events = await server.callText(`GET /operations/${operation.id}/events?limit=500`, undefined, token);
    expect(body.id).toBe(operation.id);
    for (const hidden of ['lisbon', 'oslo']) expect(JSON.stringify(body) + events.text).not.toContain(hidden);
    expect(await deployments(token)).toEqual([]);
    const lines = [
      `POST /certificates/${String(certificate.id)}/renew`,
      `POST /operations/${operation.id}/cancel`,
      `POST /operations/${operation.id}/retry`,
    ];
    for (const line of lines)
      expect((await server.call<Problem>(line, undefined, token)).body.code).toBe('PERMISSION_DENIED');
  });

  it('is not there for who sees another of its hosts; the deployment on that one is', async () => {
    const token = await server.addUser('leo', 'operator', { connectionIds: [lisbon] });
    const { body } = await server.call<{ items: Operation[] }>('GET /operations', undefined, token);
    expect(body.items).toMatchObject([{ type: 'certificate_deployment', connectionName: 'lisbon' }]);
    for (const hidden of ['berlin', 'oslo']) expect(JSON.stringify(body)).not.toContain(hidden);
    expect((await server.call(`GET /operations/${operation.id}`, undefined, token)).status).toBe(404);
    expect(await deployments(token)).toEqual(['lisbon']);
    const retried = await server.call<StartAnswer>(
      `POST /operations/${body.items[0]?.id ?? ''}/retry`,
      undefined,
      token,
    );
    expect(retried.status).toBe(202);
    await server.ended(retried.body.operationId);
  });
});
