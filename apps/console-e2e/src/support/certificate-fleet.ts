import type { Certificate, Connection } from '@lockstep/contract';
import type { ControlledHost } from './controlled-host.js';
import { TlsPort } from './tls-port.js';
import { World } from './world.js';

/** How long ago a version was issued and how long it still lasts, in days; negative: since when it has expired. */
interface Age {
  readonly since: number;
  readonly left: number;
  /** 1 unless told. */
  readonly number?: number;
  /** Where it was deployed and verified; everywhere unless told. */
  readonly deployed?: boolean;
}

/** A server with certificates of every age, a connection that they are deployed to, and a TLS port that shows one of them. */
export class CertificateFleet {
  private constructor(
    readonly world: World,
    readonly tls: TlsPort,
    readonly connection: Connection,
    readonly certificates: Readonly<Record<'shop' | 'intranet' | 'mail' | 'wiki', Certificate>>,
  ) {}

  static async start(): Promise<CertificateFleet> {
    const [world, tls] = await Promise.all([World.start(), TlsPort.start()]);
    const host: ControlledHost = await world.startHost();
    const connection = await world.connect(host, { name: 'web-1.example.net', tags: ['web'] });
    const add = (name: string, more: object = {}) => addCertificate(world, connection, { name, ...more });
    const verify = [{ host: '127.0.0.1', port: tls.port, serverName: 'shop.example.net' }];
    const issue = (certificate: Certificate, age: Age) => writeVersion({ world, tls }, certificate, age);
    const certificates = {
      shop: await add('shop', { verify, domains: ['shop.example.net', 'www.shop.example.net'] }),
      // Not by itself: it would be renewed at once, and fail on a host without a web server.
      intranet: await add('intranet', { autoRenew: false }),
      mail: await add('mail', { autoRenew: false }),
      wiki: await add('wiki'),
    };
    await issue(certificates.shop, { since: 18, left: 12 });
    await issue(certificates.intranet, { since: 33, left: -3 });
    await issue(certificates.mail, { since: 25, left: 5 });
    // Issued since, and it did not arrive.
    await issue(certificates.mail, { since: 1, left: 29, number: 2, deployed: false });
    return new CertificateFleet(world, tls, connection, certificates);
  }

  async stop(): Promise<void> {
    await Promise.all([this.world.stop(), this.tls.stop()]);
  }
}

async function addCertificate(
  world: World,
  connection: Connection,
  {
    name,
    domains = [`${name}.example.net`],
    verify = [],
    autoRenew = true,
  }: {
    name: string;
    domains?: string[];
    verify?: object[];
    autoRenew?: boolean;
  },
): Promise<Certificate> {
  const target = {
    connectionId: connection.id,
    certificatePath: `/etc/ssl/certs/${name}.pem`,
    keyPath: `/etc/ssl/private/${name}.key`,
    reload: { service: 'nginx.service' },
    check: { command: 'sudo -n nginx -t' },
    verify,
  };
  return world.api.call('POST', '/certificates', { name, domains, issuerId: 1, autoRenew, targets: [target] });
}

/** Writes down a version as a renewal would have: what matters here is its age, which no renewal can be asked for. */
async function writeVersion(
  { world, tls }: Pick<CertificateFleet, 'world' | 'tls'>,
  { id, domains }: Certificate,
  age: Age,
): Promise<void> {
  const day = 86_400_000;
  const [notBefore, notAfter] = [-age.since, age.left].map((days) => new Date(Date.now() + days * day).toISOString());
  const facts = {
    subject: `CN=${domains[0] ?? ''}`,
    issuer: 'CN=Lockstep Internal CA',
    names: domains,
    serialNumber: '5D0A77E1',
    fingerprint: tls.fingerprint,
    keyType: 'ecdsa-p256',
    notBefore,
    notAfter,
  };
  await world.query(
    `INSERT INTO certificate_versions (id, certificate_id, number, domains, issuer_id, key_type, sealed_key, request,
       issued_at, leaf, chain, facts, not_before, not_after, renew_at)
     VALUES (gen_random_uuid(), $1, $7, '{}', 1, 'ecdsa-p256', 'sealed', 'request', $2, $4, $5, $6, $2, $3,
       $3::timestamptz - interval '10 days')`,
    [id, notBefore, notAfter, ...tls.chain, facts, age.number ?? 1],
  );
  if (age.deployed ?? true)
    await world.query(
      'UPDATE certificate_targets SET deployed_version = 1, deployed_at = $2 WHERE certificate_id = $1',
      [id, notBefore],
    );
}
