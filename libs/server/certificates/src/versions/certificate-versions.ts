import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Operation } from '@lockstep/contract';
import { factsOf, generatePrivateKey, makeSigningRequest, readCertificates } from '@lockstep/server-pki';
import { SecretBox, type SecretPlace } from '@lockstep/server-secrets';
import { And, DataSource, type EntityManager, In, IsNull, LessThanOrEqual, Not } from 'typeorm';
import type { SignedCertificate } from '../acme/acme-renewal.js';
import { CertificateVersionEntity } from '../model/certificate-version.entity.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { renewalMoment, toStoredInformation } from './renewal-window.js';

/** How many versions are kept with their keys, the newest included. */
const keptVersions = 3;

/** A version with its certificate. */
export type IssuedVersion = CertificateVersionEntity & { readonly leaf: string; readonly chain: string };

/** The renewal that asks. `metadata` says which version it has in hand. */
type RenewalInBrief = Pick<Operation, 'id' | 'metadata'>;

const placeOf = (id: string): SecretPlace => ({ table: 'certificate_versions', column: 'sealed_key', row: id });

/** The versions of certificates: a key is sealed and stored before it is used, and what was issued outlives its operation. */
@Injectable()
export class CertificateVersions {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  /**
   * The version to go on with: one that was begun or issued for the same names, key and issuer and is not everywhere yet,
   * so that a failed deployment costs the issuer nothing; else a new one.
   */
  async begin(certificate: CertificateEntity, operation: RenewalInBrief): Promise<CertificateVersionEntity> {
    const newest = await this.newest(certificate.id);
    if (newest && (await this.canGoOn(newest, { certificate, operation }))) return newest;
    const key = await generatePrivateKey(certificate.keyType);
    const id = randomUUID();
    await this.dataSource.manager.insert(CertificateVersionEntity, {
      id,
      certificateId: certificate.id,
      number: (newest?.number ?? 0) + 1,
      operationId: operation.id,
      domains: certificate.domains,
      issuerId: certificate.issuerId,
      keyType: certificate.keyType,
      sealedKey: this.box.seal(key, placeOf(id)),
      request: await makeSigningRequest(key, certificate.domains),
    });
    return this.dataSource.manager.findOneByOrFail(CertificateVersionEntity, { id });
  }

  /** A version whose key was made elsewhere; what it is for is stored in the same transaction. */
  async keepUploaded(
    transaction: EntityManager,
    certificate: CertificateEntity,
    key: string,
  ): Promise<CertificateVersionEntity> {
    const id = randomUUID();
    const number =
      ((await transaction.maximum(CertificateVersionEntity, 'number', { certificateId: certificate.id })) ?? 0) + 1;
    await transaction.insert(CertificateVersionEntity, {
      id,
      certificateId: certificate.id,
      number,
      domains: certificate.domains,
      issuerId: certificate.issuerId,
      keyType: certificate.keyType,
      sealedKey: this.box.seal(key, placeOf(id)),
      request: '',
    });
    return transaction.findOneByOrFail(CertificateVersionEntity, { id });
  }

  /** Keeps what was issued. @throws {PkiError} when it cannot be read */
  async store(
    version: CertificateVersionEntity,
    { leaf, chain, renewalInformation = null }: SignedCertificate,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<IssuedVersion> {
    const [certificate] = readCertificates(leaf);
    const { validFromDate: notBefore, validToDate: notAfter } = certificate;
    const issued = {
      leaf,
      chain,
      issuedAt: new Date(),
      facts: factsOf(certificate),
      notBefore,
      notAfter,
      renewalInformation: renewalInformation && toStoredInformation(renewalInformation),
      renewAt: renewalMoment({ notBefore, notAfter }, renewalInformation),
    };
    await manager.update(CertificateVersionEntity, { id: version.id }, issued);
    return { ...version, ...issued };
  }

  /** The issued version of this number; the newest without one. */
  async issued(certificateId: number, number: unknown): Promise<IssuedVersion | undefined> {
    const version = await this.dataSource.manager.findOne(CertificateVersionEntity, {
      where: { certificateId, issuedAt: Not(IsNull()), ...(typeof number === 'number' && { number }) },
      order: { number: 'DESC' },
    });
    return version && isIssued(version) ? version : undefined;
  }

  /** The private key in PEM. Errors: SecretUnreadableError */
  async openKey({ id }: CertificateVersionEntity): Promise<string> {
    const [row] = await this.dataSource.query<{ sealed_key: Buffer }[]>(
      'SELECT sealed_key FROM certificate_versions WHERE id = $1',
      [id],
    );
    if (!row) throw new Error('The version was removed.');
    return this.box.openText(row.sealed_key, placeOf(id));
  }

  /** Writes down what was verified on these targets, and forgets old versions with their keys, unless a target still has one. */
  async deployed({ certificateId, number }: CertificateVersionEntity, targetIds: readonly number[]): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      await transaction.update(
        DeploymentTargetEntity,
        { id: In(targetIds) },
        { deployedVersion: number, deployedAt: new Date() },
      );
      const inUse = await transaction.findBy(DeploymentTargetEntity, { certificateId });
      await transaction.delete(CertificateVersionEntity, {
        certificateId,
        number: And(
          LessThanOrEqual(number - keptVersions),
          Not(In(inUse.flatMap(({ deployedVersion }) => deployedVersion ?? []))),
        ),
      });
    });
  }

  private newest(certificateId: number): Promise<CertificateVersionEntity | null> {
    return this.dataSource.manager.findOne(CertificateVersionEntity, {
      where: { certificateId },
      order: { number: 'DESC' },
    });
  }

  private async canGoOn(
    version: CertificateVersionEntity,
    { certificate, operation }: { certificate: CertificateEntity; operation: RenewalInBrief },
  ): Promise<boolean> {
    const same =
      version.issuerId === certificate.issuerId &&
      version.keyType === certificate.keyType &&
      version.domains.toSorted().join() === certificate.domains.toSorted().join();
    if (!same) return false;
    if (version.issuedAt === null || version.operationId === operation.id) return true;
    // A lost worker had it in hand, and may have written down that it is everywhere.
    if (version.number === operation.metadata['version']) return true;
    if (!isWorthDeploying(version, certificate.issuer?.kind === 'manual')) return false;
    const lacking: unknown[] = await this.dataSource.query(
      `SELECT FROM certificate_targets t JOIN connections c ON c.id = t.connection_id AND c.deleted_at IS NULL
       WHERE t.certificate_id = $1 AND t.deployed_version IS DISTINCT FROM $2 LIMIT 1`,
      [certificate.id, version.number],
    );
    return lacking.length > 0;
  }
}

/** One that is due makes way for its successor, but what a person brought is deployed while it is good at all. */
function isWorthDeploying({ renewAt, notAfter }: CertificateVersionEntity, isByHand: boolean): boolean {
  const until = isByHand ? notAfter : renewAt;
  return until !== null && until > new Date();
}

export const isIssued = (version: CertificateVersionEntity): version is IssuedVersion =>
  version.leaf !== null && version.chain !== null;
