import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { KeyType, type RouteInput, type routes } from '@lockstep/contract';
import { AuditService, type SignedInActor } from '@lockstep/server-access';
import { ProblemException } from '@lockstep/server-http';
import { readPrivateKey } from '@lockstep/server-pki';
import { DataSource, type EntityManager } from 'typeorm';
import { CertificateQueries } from '../certificates/certificate-queries.js';
import { CertificatesService } from '../certificates/certificates.service.js';
import { CertificateEntity } from '../model/certificate.entity.js';
import { IssuerEntity } from '../model/issuer.entity.js';
import { DiscoveryService } from '../scan/discovery.service.js';
import { CertificateVersions } from '../versions/certificate-versions.js';
import { type Suitable, assertSuitable, telling } from './brought-certificate.js';

type NewUpload = RouteInput<typeof routes.createUploadedCertificate>['body'];
type NextUpload = RouteInput<typeof routes.uploadCertificateVersion>['body'];

interface Checked extends Suitable {
  readonly privateKey: string;
}

/** Certificates that come with their private key. The key is sealed at once; a renewal deploys it. */
@Injectable()
export class UploadsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly queries: CertificateQueries,
    private readonly certificates: CertificatesService,
    private readonly versions: CertificateVersions,
    private readonly discovery: DiscoveryService,
  ) {}

  /** Answers the new id. @throws {ProblemException} VALIDATION_FAILED, NAME_TAKEN, FILE_TAKEN */
  async create(actor: SignedInActor, { name, targets, ...upload }: NewUpload): Promise<number> {
    const checked = await this.check(upload);
    return this.certificates.transaction(async (transaction) => {
      const issuerId = await issuerByHand(transaction);
      const keyType: KeyType = 'ecdsa-p256';
      const fields = { name, domains: [...checked.names], issuerId, keyType, autoRenew: false, targets };
      const id = await this.certificates.insert(transaction, actor, fields);
      await this.keep(transaction, actor, { id, checked });
      return id;
    });
  }

  /** The next version. @throws {ProblemException} NOT_FOUND, VALIDATION_FAILED, CONFLICT, CERTIFICATE_BUSY */
  async add(actor: SignedInActor, id: number, upload: NextUpload): Promise<void> {
    await this.queries.assertVisible(actor.userId, id);
    const checked = await this.check(upload);
    await this.dataSource.transaction(async (transaction) => {
      const { issuerId } = await this.certificates.lock(transaction, id);
      const issuer = await transaction.findOneByOrFail(IssuerEntity, { id: issuerId });
      if (issuer.kind !== 'manual')
        throw new ProblemException('CONFLICT', `${issuer.name} issues it; give it an issuer by hand first.`);
      await transaction.update(CertificateEntity, { id }, { domains: [...checked.names], updatedAt: new Date() });
      await this.keep(transaction, actor, { id, checked });
    });
  }

  private async check({ certificate: text, privateKey, passphrase, ...options }: NextUpload): Promise<Checked> {
    const key = telling(() => readPrivateKey(privateKey, passphrase), 'privateKey');
    const roots = await this.discovery.ownRoots();
    return { ...assertSuitable({ ...options, text, privateKey: key, names: null, roots }), privateKey: key };
  }

  private async keep(
    transaction: EntityManager,
    actor: SignedInActor,
    { id, checked }: { id: number; checked: Checked },
  ): Promise<void> {
    const certificate = await transaction.findOneByOrFail(CertificateEntity, { id });
    const version = await this.versions.keepUploaded(transaction, certificate, checked.privateKey);
    await this.versions.store(version, checked, transaction);
    const detail = { version: version.number, fingerprint: checked.fingerprint };
    const subject = `certificate:${String(id)}`;
    await this.audit.record(transaction, { actor, action: 'certificate.uploaded', subject, detail });
  }
}

/** The one that is built in, or any other by hand, or a new one where there is none. */
async function issuerByHand(transaction: EntityManager): Promise<number> {
  const where = { kind: 'manual' } as const;
  const [found] = await transaction.find(IssuerEntity, { where, order: { builtIn: 'DESC', id: 'ASC' }, take: 1 });
  return found?.id ?? (await transaction.save(IssuerEntity, { ...where, name: 'Signed by hand' })).id;
}
