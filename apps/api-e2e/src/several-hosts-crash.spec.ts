import type { Certificate, Operation, StartAnswer } from '@lockstep/contract';
import {
  type TlsHost,
  TlsProbe,
  isTlsPair,
  startTlsHost,
  tlsSite,
  waitUntil,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import type { ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { type TwoReplicas, startTwoReplicas } from './support/two-replicas.js';

const reason = await whyNoSystemdHosts();
/** Goes on for as long as the file is there, at most 15 s: so that the renewal has something to wait for. */
const heldTest = 'n=0; while [ -e /tmp/hold ] && [ $n -lt 150 ]; do sleep 0.1; n=$((n+1)); done; sudo -n nginx -t';
const title = 'a renewal for two hosts, by two replicas with one worker each';

(reason ? describe.skip : describe)(`${title}${reason ? ` (left out: ${reason})` : ''}`, () => {
  let replicas: TwoReplicas;
  let client: ApiClient;
  let places: [TlsHost, TlsHost];
  let certificate: Certificate;

  beforeAll(async () => {
    // A renewal that kept its worker while it waits would leave none for what it waits for.
    const env = { LOCKSTEP_WORKERS: '1' };
    replicas = await startTwoReplicas({ first: env, second: env });
    client = replicas.administrator;
    places = [await startTlsHost(), await startTlsHost()];
    const targets = [];
    for (const [index, { host, port }] of places.entries()) {
      const { id } = await client.createConnection({
        name: `host-${index + 1}`,
        port: host.port,
        username: host.username,
        credential: { kind: 'private_key', privateKey: host.user.privateKey },
        hostKeyFingerprint: host.hostKeyFingerprint,
      });
      targets.push({
        connectionId: id,
        certificatePath: tlsSite.certificatePath,
        keyPath: tlsSite.keyPath,
        reload: { service: 'nginx.service' },
        check: { command: index === 0 ? 'sudo -n nginx -t' : heldTest },
        verify: [{ host: '127.0.0.1', port, serverName: tlsSite.name }],
      });
    }
    const body = { name: 'shop', domains: [tlsSite.name], issuerId: 1, targets };
    certificate = await client.must<Certificate>('POST', '/certificates', { body });
  }, 300_000);
  afterAll(() => endAll(replicas, ...places.map(({ host }) => host)), 60_000);

  /** Started, and waiting for the other host, which is held in its test. */
  const startHeld = async (): Promise<string> => {
    await places[1].host.execute('touch /tmp/hold');
    const { operationId } = await client.must<StartAnswer>('POST', `/certificates/${certificate.id}/renew`);
    await waitsFor(operationId, 'check');
    return operationId;
  };
  const letGo = (): Promise<unknown> => places[1].host.execute('rm /tmp/hold');
  const read = (id: string): Promise<Operation> => client.must<Operation>('GET', `/operations/${id}`);
  const children = async (id: string): Promise<Operation[]> =>
    (await client.must<{ items: Operation[] }>('GET', `/operations?parentId=${id}`)).items;
  const ended = (id: string): Promise<Operation> =>
    waitUntil(
      'it ends',
      async () => {
        const operation = await read(id);
        return operation.completedAt === null ? undefined : operation;
      },
      120_000,
    );
  /** It waits, and what it waits for is in this step. */
  const waitsFor = (id: string, step: string): Promise<true> =>
    waitUntil(`it waits for ${step}`, async () => {
      const [child] = await children(id);
      const isThere = child?.steps.some(({ name, status }) => name === step && status === 'running') ?? false;
      return (isThere && (await read(id)).notBefore !== null) || undefined;
    });
  const expectRenewed = async (id: string): Promise<void> => {
    expect(await ended(id)).toMatchObject({ status: 'completed', effect: 'applied' });
    expect(await children(id)).toMatchObject([{ status: 'completed', type: 'certificate_deployment', parentId: id }]);
    const { version } = await client.must<Certificate>('GET', `/certificates/${certificate.id}`);
    for (const { host, port } of places) {
      expect(await TlsProbe.look(port)).toBe(version?.fingerprint);
      expect(await isTlsPair(host)).toBe(true);
    }
  };

  test('keeps no worker while it waits', async () => {
    const id = await startHeld();
    await letGo();
    await expectRenewed(id);
    expect((await read(id)).attempt).toBe(1);
  }, 120_000);

  test('waits on through kill -9 of both, and takes up where the deployment was lost', async () => {
    const id = await startHeld();
    await Promise.all([replicas.first.kill9(), replicas.second.kill9()]);
    await letGo();
    await Promise.all([replicas.first.start(), replicas.second.start()]);
    await expectRenewed(id);
  }, 240_000);

  test('is ended by the other replica when one is killed (-9) for good', async () => {
    const id = await startHeld();
    await replicas.second.kill9();
    await letGo();
    await expectRenewed(id);
    await replicas.second.start();
  }, 240_000);
});
