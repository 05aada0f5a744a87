import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { RouteInput, routes } from '@lockstep/contract';
import { AuditService, type SignedInActor } from '@lockstep/server-access';
import { ProblemException } from '@lockstep/server-http';
import { OperationsService } from '@lockstep/server-operations';
import { DataSource, type EntityManager } from 'typeorm';
import { CertificateQueries } from '../certificates/certificate-queries.js';
import { CertificateVersionEntity } from '../model/certificate-version.entity.js';
import { DiscoveryService } from '../scan/discovery.service.js';
import { CertificateVersions } from '../versions/certificate-versions.js';
import { assertSuitable } from './brought-certificate.js';

type Issued = RouteInput<typeof routes.bringCertificate>['body'];

/** Requests that go out by hand, and the certificates that come back. */
@Injectable()
export class BroughtCertificatesService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly operations: OperationsService,
    private readonly queries: CertificateQueries,
    private readonly versions: CertificateVersions,
    private readonly discovery: DiscoveryService,
  ) {}

  /** The request in PEM. @throws {ProblemException} NOT_FOUND, NOTHING_REQUESTED */
  async request(userId: number, id: number): Promise<string> {
    await this.queries.assertVisible(userId, id);
    return (await this.waiting(this.dataSource.manager, id)).request;
  }

  /**
   * Keeps what was signed and lets the renewal go on, both or neither. Without a renewal that waits it is kept all the same:
   * the next one deploys it. @throws {ProblemException} NOT_FOUND, NOTHING_REQUESTED, VALIDATION_FAILED, CERTIFICATE_BUSY
   */
  async bring(actor: SignedInActor, id: number, { certificate: text, ...options }: Issued): Promise<void> {
    await this.queries.assertVisible(actor.userId, id);
    const roots = await this.discovery.ownRoots();
    await this.dataSource.transaction(async (transaction) => {
      // The renewal first: its worker must not park while this is being kept.
      const state = await this.operations.lockActive(transaction, 'certificate_renewal', String(id));
      const version = await this.waiting(transaction, id);
      if (state?.status === 'in_progress')
        throw new ProblemException('CERTIFICATE_BUSY', 'Its renewal is just at work; try again in a moment.');
      const privateKey = await this.versions.openKey(version);
      const suitable = assertSuitable({ ...options, text, privateKey, names: version.domains, roots });
      await this.versions.store(version, suitable, transaction);
      if (state) await this.operations.wake(transaction, state.id);
      const { fingerprint } = suitable;
      await this.record(transaction, { actor, id, detail: { version: version.number, fingerprint } });
    });
  }

  /** The version whose request waits, held against another who brings one at once. */
  private async waiting(manager: EntityManager, certificateId: number): Promise<CertificateVersionEntity> {
    const rows: { id: string }[] = await manager.query(
      `SELECT v.id FROM certificate_versions v
       JOIN certificates c ON c.id = v.certificate_id AND c.issuer_id = v.issuer_id
       JOIN issuers i ON i.id = c.issuer_id AND i.kind = 'manual'
       WHERE v.certificate_id = $1 AND v.issued_at IS NULL
         AND v.number = (SELECT max(number) FROM certificate_versions WHERE certificate_id = $1)
       ${manager.queryRunner?.isTransactionActive ? 'FOR UPDATE OF v' : ''}`,
      [certificateId],
    );
    const [row] = rows;
    if (!row) throw new ProblemException('NOTHING_REQUESTED');
    return manager.findOneByOrFail(CertificateVersionEntity, { id: row.id });
  }

  private record(
    transaction: EntityManager,
    { actor, id, detail }: { actor: SignedInActor; id: number; detail: object },
  ): Promise<void> {
    const subject = `certificate:${String(id)}`;
    return this.audit.record(transaction, { actor, action: 'certificate.brought', subject, detail: { ...detail } });
  }
}
