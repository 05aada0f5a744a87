import type { Certificate, Issuer, Operation, StartAnswer } from '@lockstep/contract';
import {
  type AcmeProxy,
  type Pebble,
  type PebbleOptions,
  type TestDatabase,
  type TlsHost,
  createTestDatabase,
  showWebRoot,
  startAcmeProxy,
  startPebble,
  startTlsHost,
  tlsSite,
  webRoot,
  whyNoPebble,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { type CertificatesOptions } from '../src/index.js';
import { CertificatesServer } from './certificates-server.js';

export const whyNoAcmeStage = async (): Promise<string | undefined> =>
  (await whyNoPebble()) ?? (await whyNoSystemdHosts());

/** Pebble behind a proxy, a host whose nginx Pebble asks for HTTP-01, and the certificates feature between them. */
export class AcmeStage {
  private constructor(
    readonly database: TestDatabase,
    readonly server: CertificatesServer,
    readonly pebble: Pebble,
    readonly proxy: AcmeProxy,
    readonly place: TlsHost,
    readonly connectionId: number,
  ) {}

  static async start(options: PebbleOptions = {}, certificates: CertificatesOptions = {}): Promise<AcmeStage> {
    const [database, pebble, place] = await Promise.all([createTestDatabase(), startPebble(options), startTlsHost()]);
    const proxy = await startAcmeProxy(pebble);
    await showWebRoot(place, pebble.httpPort);
    const server = await CertificatesServer.start(database.url, { certificates });
    const connectionId = await server.addConnection('web', place.host);
    return new AcmeStage(database, server, pebble, proxy, place, connectionId);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await Promise.all([this.proxy.stop(), this.pebble.stop(), this.place.host.stop(), this.database.drop()]);
  }

  /** An issuer of HTTP-01 by file, unless told otherwise. The CA allows much. */
  async addIssuer(name: string, change: object = {}): Promise<Issuer> {
    const acme = {
      directoryUrl: this.proxy.directoryUrl,
      email: 'ada@example.com',
      trustedRoots: this.pebble.tls.certificate,
      challenge: { kind: 'http-01', answeredBy: 'host', folder: webRoot },
      allowance: { failedValidationsPerHour: 1_000, duplicatesPerWeek: 1_000 },
      ...change,
    };
    const { status, body } = await this.server.call<Issuer>('POST /issuers', { name, kind: 'acme', acme });
    if (status !== 201) throw new Error(`Making an issuer answered ${String(status)} ${JSON.stringify(body)}`);
    return body;
  }

  /** The certificate of the site that nginx serves. */
  site(issuer: Issuer, change: object = {}): Promise<Certificate> {
    const { name, certificatePath, keyPath } = tlsSite;
    const target = {
      ...{ connectionId: this.connectionId, certificatePath, keyPath, reload: { service: 'nginx.service' } },
      verify: [{ host: '127.0.0.1', port: this.place.port, serverName: name }],
      ...change,
    };
    return this.server.addCertificate(name, { domains: [name], issuerId: issuer.id, targets: [target] });
  }

  /** A certificate that is put beside, where nothing serves it. */
  aside(name: string, issuer: Issuer, domains = [`${name}.example`]): Promise<Certificate> {
    const path = `/home/${this.place.host.username}/${name}`;
    const target = { connectionId: this.connectionId, certificatePath: `${path}.pem`, keyPath: `${path}.key` };
    return this.server.addCertificate(name, { domains, issuerId: issuer.id, targets: [target] });
  }

  async begin({ id }: Certificate): Promise<string> {
    const { status, body } = await this.server.call<StartAnswer>(`POST /certificates/${String(id)}/renew`);
    if (status !== 202) throw new Error(`Renewing answered ${String(status)} ${JSON.stringify(body)}`);
    return body.operationId;
  }

  async renew(certificate: Certificate): Promise<Operation> {
    return this.server.ended(await this.begin(certificate));
  }

  async read<Body = Certificate>({ id }: { id: number }, what = 'certificates'): Promise<Body> {
    return (await this.server.call<Body>(`GET /${what}/${String(id)}`)).body;
  }

  /** How many orders were placed since the list was emptied. */
  get orders(): number {
    return this.proxy.requests.filter((request) => request.startsWith('POST /order-plz')).length;
  }

  /** What was waited for is over. */
  async timePasses(): Promise<void> {
    await this.server.dataSource.query(`
      UPDATE acme_accounts SET paused_until = now();
      UPDATE operations SET not_before = now() WHERE not_before > now();
      SELECT graphile_worker.reschedule_jobs(ARRAY(SELECT id FROM graphile_worker.jobs), now())`);
  }

  /** Files that answer challenges now. */
  async proofs(): Promise<string> {
    return this.place.host.execute(`find ${webRoot} -type f`);
  }
}
