import type { AcmeIssuerInput, Certificate, DeploymentTargetInput, Issuer, Operation } from '@lockstep/contract';
import { tlsSite, webRoot } from '@lockstep/server-testing';
import type { BenchDatabase } from './bench-database.js';
import { type CertificateSite, sites } from './certificate-site.js';
import type { CleanUp } from './clean-up.js';
import { EndedOperations } from './ended-operations.js';
import { type LockstepUnderTest, startLockstepUnderTest } from './lockstep.js';

type Challenge = AcmeIssuerInput['challenge'];

interface Place {
  readonly site: CertificateSite;
  readonly connectionId: number;
}

/** A Lockstep with a certificate of the site's CA for each way of proving a name. */
export class LockstepRenewals {
  private constructor(
    private readonly lockstep: LockstepUnderTest,
    private readonly ended: EndedOperations,
  ) {}

  static async start(
    site: CertificateSite,
    { cleanUp, database }: { cleanUp: CleanUp; database: BenchDatabase },
  ): Promise<LockstepRenewals> {
    const listen = `${sites.lockstep.address}:${String(site.pebble.httpPort)}`;
    const lockstep = cleanUp.with(
      await startLockstepUnderTest({
        database: await database.create('certificates'),
        env: { LOCKSTEP_CHALLENGE_LISTEN: listen },
      }),
      (it) => it.dispose(),
    );
    const ended = cleanUp.with(await EndedOperations.listen(lockstep), (it) => it.close());
    return new LockstepRenewals(lockstep, ended);
  }

  connect({ place: { host } }: CertificateSite): Promise<{ id: number }> {
    return this.lockstep.createConnection({
      ...{ name: 'web', host: '127.0.0.1', port: host.port, username: host.username },
      credential: { kind: 'private_key', privateKey: host.user.privateKey },
      hostKeyFingerprint: host.hostKeyFingerprint,
    });
  }

  /** The certificate that nginx serves, proved by a file that goes to the host over SFTP. */
  async served(place: Place): Promise<Certificate> {
    const { certificatePath, keyPath } = tlsSite;
    const { name } = sites.host;
    return this.addCertificate(place, {
      name,
      challenge: { kind: 'http-01', answeredBy: 'host', folder: webRoot },
      target: {
        ...{ certificatePath, keyPath, reload: { service: 'nginx.service' }, check: { command: 'sudo -n nginx -t' } },
        verify: [{ host: '127.0.0.1', port: place.site.place.port, serverName: name }],
      },
    });
  }

  /** A certificate that Lockstep itself answers for; it is put beside, where nothing serves it. */
  async answered(place: Place): Promise<Certificate> {
    const path = `/home/${place.site.place.host.username}/beside`;
    return this.addCertificate(place, {
      name: sites.lockstep.name,
      challenge: { kind: 'http-01', answeredBy: 'lockstep' },
      target: { certificatePath: `${path}.pem`, keyPath: `${path}.key` },
    });
  }

  /** Renews it as the console does: one request, then it hears by its socket how it ends. */
  async renew({ id }: Certificate): Promise<Operation> {
    const call = { method: 'POST', path: `/api/certificates/${String(id)}/renew` };
    const [[operation]] = await Promise.all([this.ended.next(1), this.lockstep.api.expect(202, call)]);
    if (!operation) throw new Error('No renewal has ended.');
    return operation;
  }

  private async addCertificate(
    { site, connectionId }: Place,
    { name, challenge, target }: { name: string; challenge: Challenge; target: Partial<DeploymentTargetInput> },
  ): Promise<Certificate> {
    const { api } = this.lockstep;
    const acme = {
      directoryUrl: site.pebble.directoryUrl,
      ...{ email: 'ada@example.com', trustedRoots: site.pebble.tls.certificate, challenge },
      allowance: { failedValidationsPerHour: 1_000, duplicatesPerWeek: 1_000 },
    };
    const issuer = await api.expect<Issuer>(201, {
      ...{ method: 'POST', path: '/api/issuers', body: { name, kind: 'acme', acme } },
    });
    // It is renewed when the bench says so, and not by itself.
    const body = {
      ...{ name, domains: [name], issuerId: issuer.id, autoRenew: false },
      targets: [{ ...target, connectionId }],
    };
    return api.expect<Certificate>(201, { method: 'POST', path: '/api/certificates', body });
  }
}
