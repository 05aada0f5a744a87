import { writeFile } from 'node:fs/promises';
import { type INestApplicationContext, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { systemActor } from '@lockstep/server-access';
import { DemoAnswers, type DemoMember, demoWeb } from '@lockstep/server-connections';
import { generatePrivateKey, makeSigningRequest } from '@lockstep/server-pki';
import { NetworkPolicy } from '@lockstep/server-ssh';
import { DataSource } from 'typeorm';
import { CertificatesService } from '../certificates/certificates.service.js';
import { ServedEndpoints } from '../checks/served-endpoints.js';
import { lookAt } from '../deployment/endpoints.js';
import { InternalAuthorities } from '../issuers/internal-authorities.js';
import { CertificateEntity } from '../model/certificate.entity.js';
import { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { IssuerEntity } from '../model/issuer.entity.js';
import { CertificateVersions } from '../versions/certificate-versions.js';
import { answerDeployment } from './answer-deployment.js';
import { answerSearch } from './answer-search.js';
import { type DemoSeed, demoSeeds } from './demo-seeds.js';

/** Where every demo host is. */
const host = '127.0.0.1';
/** Milliseconds for a look at all of them. */
const lookMs = 20_000;

/** A demo host with a web server, and what is seeded there. */
interface Site {
  readonly seed: DemoSeed;
  readonly connectionId: number;
  readonly folder: DemoMember['folder'];
  readonly web: NonNullable<DemoMember['web']>;
}

/**
 * Certificates of the demo hosts: really issued by the internal authority, really served, and written down as deployed when a
 * handshake has shown them. From then on they are like any other.
 */
@Injectable()
export class DemoCertificates implements OnModuleInit {
  private readonly logger = new Logger('Demo');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly answers: DemoAnswers,
    private readonly certificates: CertificatesService,
    private readonly authorities: InternalAuthorities,
    private readonly versions: CertificateVersions,
    private readonly endpoints: ServedEndpoints,
    private readonly policy: NetworkPolicy,
  ) {}

  onModuleInit(): void {
    answerDeployment(this.answers);
    answerSearch(this.answers);
  }

  /** Makes what is missing, also what a person has removed since, and looks at what is served. Stops nobody's start. */
  async start(members: readonly DemoMember[]): Promise<void> {
    const sites = members.flatMap(({ plan, connectionId, folder, web }): Site[] => {
      const seed = demoSeeds.find(({ host }) => host === plan.key);
      return seed && web ? [{ seed, connectionId, folder, web }] : [];
    });
    for (const site of sites)
      await this.provide(site).catch((error: unknown) => {
        this.logger.warn(`«${site.seed.name}» is not there: ${String(error)}`);
      });
  }

  private async provide(site: Site): Promise<void> {
    const { connectionId } = site;
    const targets = await this.dataSource.manager.findBy(DeploymentTargetEntity, { connectionId });
    if (targets.length > 0) await this.followPort(targets, site);
    else await this.install(site, await this.create(site));
    const signal = AbortSignal.timeout(lookMs);
    for (const deployed of await this.endpoints.deployed())
      if (deployed.endpoints.some((endpoint) => endpoint.connectionId === connectionId))
        await this.endpoints.check(deployed, signal);
  }

  /** The web server may be on another port than before. */
  private async followPort(targets: readonly DeploymentTargetEntity[], { web }: Site): Promise<void> {
    for (const { id, verify } of targets) {
      const moved = verify.map((endpoint) => (endpoint.host === host ? { ...endpoint, port: web.port } : endpoint));
      await this.dataSource.manager.update(DeploymentTargetEntity, { id }, { verify: moved });
    }
  }

  private async create({ seed: { name, domain, autoRenew }, connectionId, web }: Site): Promise<CertificateEntity> {
    const { certificatePath, keyPath, unit, test } = demoWeb;
    const target = {
      connectionId,
      certificatePath,
      keyPath,
      reload: { service: unit },
      check: { command: `sudo -n ${test}` },
      verify: [{ host, port: web.port, serverName: domain }],
    };
    const { id: issuerId } = await this.issuer();
    const input = { name, domains: [domain], issuerId, keyType: 'ecdsa-p256' as const, autoRenew, targets: [target] };
    const id = await this.certificates.create(systemActor, input);
    return this.dataSource.manager.findOneOrFail(CertificateEntity, { where: { id }, relations: { targets: true } });
  }

  /** As whoever set the host up would have done it: key and certificate are there when its web server starts. */
  private async install({ seed, folder, web }: Site, certificate: CertificateEntity): Promise<void> {
    const { domains: names, targets = [] } = certificate;
    const key = await generatePrivateKey(certificate.keyType);
    const issuer = await this.issuer();
    const request = await makeSigningRequest(key, names);
    const signed = await this.authorities.issue(withLifetime(issuer, seed.days), { request, names });
    const version = await this.dataSource.transaction(async (transaction) => {
      const begun = await this.versions.keepUploaded(transaction, certificate, key);
      return this.versions.store(begun, signed, transaction);
    });
    await writeFile(folder.at(demoWeb.keyPath), key, { mode: 0o600 });
    await writeFile(folder.at(demoWeb.certificatePath), `${signed.leaf}${signed.chain}`, { mode: 0o644 });
    web.server.restart();
    const [endpoint] = targets.flatMap(({ verify }) => verify);
    const served = endpoint && (await lookAt(endpoint, this.policy, AbortSignal.timeout(lookMs)));
    if (!served || !('fingerprint' in served) || served.fingerprint !== version.facts?.fingerprint) return;
    await this.versions.deployed(
      version,
      targets.map(({ id }) => id),
    );
  }

  /** The one that is there from the start. */
  private issuer(): Promise<IssuerEntity> {
    const where = { kind: 'internal', builtIn: true } as const;
    return this.dataSource.manager.findOneByOrFail(IssuerEntity, where);
  }
}

const withLifetime = (issuer: IssuerEntity, lifetimeDays: number): IssuerEntity => ({
  ...issuer,
  internal: issuer.internal && { ...issuer.internal, lifetimeDays },
});

/** For `--demo`, after the fleet. */
export const startDemoCertificates = (
  application: INestApplicationContext,
  members: readonly DemoMember[],
): Promise<void> => application.get(DemoCertificates).start(members);
