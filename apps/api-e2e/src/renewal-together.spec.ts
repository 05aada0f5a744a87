import type { Certificate, Operation, StartAnswer } from '@lockstep/contract';
import { type TlsHost, TlsProbe, startTlsHost, tlsSite, whyNoSystemdHosts } from '@lockstep/server-testing';
import { type ApiClient, createUser } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { type TwoReplicas, startTwoReplicas } from './support/two-replicas.js';

const reason = await whyNoSystemdHosts();
const { name, certificatePath, keyPath } = tlsSite;
const rounds = 3;
const clicksEach = 4;

(reason ? describe.skip : describe)(
  `a renewal that several ask for at once${reason ? ` (left out: ${reason})` : ''}`,
  () => {
    let replicas: TwoReplicas;
    let place: TlsHost;
    let certificate: Certificate;
    let clients: ApiClient[];

    beforeAll(async () => {
      [replicas, place] = await Promise.all([startTwoReplicas(), startTlsHost()]);
      const { administrator, second } = replicas;
      const { host, port } = place;
      const connection = await administrator.createConnection({
        name: 'web',
        port: host.port,
        username: host.username,
        credential: { kind: 'private_key', privateKey: host.user.privateKey },
        hostKeyFingerprint: host.hostKeyFingerprint,
      });
      const target = {
        connectionId: connection.id,
        certificatePath,
        keyPath,
        reload: { service: 'nginx.service' },
        verify: [{ host: '127.0.0.1', port, serverName: name }],
      };
      const body = { name, domains: [name], issuerId: 1, targets: [target] };
      certificate = await administrator.must<Certificate>('POST', '/certificates', { body });
      const grants = { connectionIds: [connection.id] };
      const { client } = await createUser(administrator, { username: 'olga', role: 'operator', ...grants });
      clients = [administrator, administrator.at(second.url), client, client.at(second.url)];
    }, 300_000);
    afterAll(() => endAll(replicas, place.host), 60_000);

    const click = (client: ApiClient): Promise<StartAnswer> =>
      client.must<StartAnswer>('POST', `/certificates/${String(certificate.id)}/renew`);

    test('is one, with one certificate, whoever asked at whichever replica', async () => {
      for (let round = 1; round <= rounds; round += 1) {
        const clicks = clients.flatMap((client) => Array.from({ length: clicksEach }, () => click(client)));
        const answers = await Promise.all(clicks);
        const [id = '', ...others] = new Set(answers.map(({ operationId }) => operationId));
        expect(others).toEqual([]);
        expect(answers.filter(({ status }) => status === 'started')).toHaveLength(1);
        const operation = await replicas.administrator.ended(id, 60_000);
        expect(operation).toMatchObject({ status: 'completed', effect: 'applied' });
        const path = `/certificates/${String(certificate.id)}`;
        const { version } = await replicas.administrator.must<Certificate>('GET', path);
        expect(version).toMatchObject({ number: round, fingerprint: await TlsProbe.look(place.port) });
      }
      const all = await replicas.administrator.must<{ items: Operation[] }>(
        'GET',
        '/operations?type=certificate_renewal',
      );
      expect(all.items).toHaveLength(rounds);
    }, 180_000);
  },
);
