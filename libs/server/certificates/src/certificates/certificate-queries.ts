import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type {
  Certificate,
  CertificateStatus,
  CertificateVersion,
  RouteAnswer,
  RouteInput,
  ServedEndpoint,
  routes,
} from '@lockstep/contract';
import { ConnectionQueries } from '@lockstep/server-connections';
import { ProblemException, notFound } from '@lockstep/server-http';
import { DataSource, In, IsNull, Not } from 'typeorm';
import { InventoryPages } from '../inventory/inventory-pages.js';
import { certificateStanding, certificateStatus } from '../inventory/standing.js';
import { CertificateVersionEntity } from '../model/certificate-version.entity.js';
import { CertificateEntity } from '../model/certificate.entity.js';
import { type CertificateStanding, toCertificate, toCertificateVersion } from '../model/certificate.mapper.js';
import { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { RenewalPlans } from '../renewals/renewal-plans.js';
import { FilesOfCertificates } from './shared-files.js';

/** Some certificates: by their ids, or by the connections of their targets. */
type CertificateChoice = { readonly ids: readonly number[] } | { readonly connectionIds: readonly number[] };

/** How a certificate stands now: the id of its version in use, and what its endpoints showed. */
interface Standing {
  readonly id: number;
  readonly inUse: string | null;
  readonly status: CertificateStatus;
  readonly served: ServedEndpoint[];
}

/** Reading certificates, always through the eyes of a user: what one may not see is not there. */
@Injectable()
export class CertificateQueries {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ConnectionQueries,
    private readonly renewals: RenewalPlans,
    private readonly pages: InventoryPages,
  ) {}

  async list(
    userId: number,
    { cursor, limit, ...filters }: RouteInput<typeof routes.listCertificates>['query'],
  ): Promise<RouteAnswer<typeof routes.listCertificates>> {
    const origins = ['managed', 'uploaded'] as const;
    const { rows, ...page } = await this.pages.read(userId, { ...filters, origins }, { cursor, limit });
    const ids = rows.map(({ id }) => id);
    return { ...page, items: await this.some(userId, ids) };
  }

  /** @throws {ProblemException} NOT_FOUND, also for what one may not see. */
  async get(userId: number, id: number): Promise<Certificate> {
    await this.assertVisible(userId, id);
    const [certificate] = await this.some(userId, [id]);
    if (!certificate) throw notFound('certificate');
    return certificate;
  }

  /** Those of the choice that the user may see, by name: by their ids, or with a target on some connections. */
  async choose(userId: number, choice: CertificateChoice): Promise<Certificate[]> {
    const [which, ids] =
      'ids' in choice
        ? ['c.id = ANY($2)', choice.ids]
        : [
            'EXISTS (SELECT FROM certificate_targets t WHERE t.certificate_id = c.id AND t.connection_id = ANY($2))',
            choice.connectionIds,
          ];
    const rows = await this.dataSource.query<{ id: number }[]>(
      `SELECT c.id FROM certificates c
       WHERE ${which} AND c.id IN (SELECT visible.id FROM visible_certificate_ids($1) AS visible (id))
       ORDER BY lower(c.name), c.id`,
      [userId, ids],
    );
    return this.some(
      userId,
      rows.map(({ id }) => id),
    );
  }

  /** What was issued, newest first. @throws {ProblemException} NOT_FOUND */
  async versions(userId: number, id: number): Promise<CertificateVersion[]> {
    await this.assertVisible(userId, id);
    const found = await this.dataSource.manager.find(CertificateVersionEntity, {
      where: { certificateId: id, issuedAt: Not(IsNull()) },
      order: { number: 'DESC' },
    });
    const around = await this.targetsOf(userId, [id]);
    return found.map((version) => toCertificateVersion(version, around));
  }

  /** The newest version with its chain. @throws {ProblemException} NOT_FOUND, NOTHING_ISSUED */
  async chain(userId: number, id: number): Promise<string> {
    await this.assertVisible(userId, id);
    const version = (await this.newest([id])).get(id);
    if (!version) throw new ProblemException('NOTHING_ISSUED');
    return `${version.leaf ?? ''}${version.chain ?? ''}`;
  }

  /** @throws {ProblemException} NOT_FOUND */
  async assertVisible(userId: number, id: number): Promise<void> {
    const rows: unknown[] = await this.dataSource.query(
      'SELECT FROM visible_certificate_ids($1) AS visible (id) WHERE id = $2',
      [userId, id],
    );
    if (rows.length === 0) throw notFound('certificate');
  }

  /** @throws {ProblemException} PERMISSION_DENIED when it also goes to a connection that the user may not see. */
  async assertMayDeploy(userId: number, id: number): Promise<void> {
    const hidden: unknown[] = await this.dataSource.query(
      `SELECT FROM certificate_targets t JOIN connections c ON c.id = t.connection_id AND c.deleted_at IS NULL
       WHERE t.certificate_id = $2 AND c.id NOT IN (SELECT visible.id FROM visible_connection_ids($1) AS visible (id)) LIMIT 1`,
      [userId, id],
    );
    if (hidden.length === 0) return;
    throw new ProblemException(
      'PERMISSION_DENIED',
      'It also goes to hosts that are not granted to you; somebody who may use all of them has to renew it.',
    );
  }

  /** These, in their order. That the user may see them was decided before. */
  async some(userId: number, ids: readonly number[]): Promise<Certificate[]> {
    const [entities, versions, standings, around] = await Promise.all([
      this.dataSource.manager.find(CertificateEntity, { where: { id: In(ids) }, relations: { issuer: true } }),
      this.newest(ids),
      this.standings(userId, ids),
      this.targetsOf(userId, ids),
    ]);
    const [renewals, files] = await Promise.all([
      this.renewals.read(ids, around.connectionNames),
      FilesOfCertificates.read(this.dataSource, [...around.connectionNames.keys()]),
    ]);
    const byId = new Map(entities.map((entity) => [entity.id, entity]));
    return ids.flatMap((id) => {
      const [entity, renewal, standing] = [byId.get(id), renewals.get(id), standings.get(id)];
      if (!entity || !renewal || !standing) return [];
      const targets = around.targets.filter(({ certificateId }) => certificateId === id);
      const issuerName = entity.issuer?.name ?? '';
      const version = versions.get(id);
      return [toCertificate(entity, { ...around, ...standing, files, targets, issuerName, renewal, version })];
    });
  }

  private async newest(ids: readonly number[]): Promise<Map<number, CertificateVersionEntity>> {
    const found = await this.dataSource.manager
      .createQueryBuilder(CertificateVersionEntity, 'version')
      .where('version.certificateId IN (:...ids)', { ids: [0, ...ids] })
      .andWhere('version.issuedAt IS NOT NULL')
      .distinctOn(['version.certificateId'])
      .orderBy('version.certificateId')
      .addOrderBy('version.number', 'DESC')
      .getMany();
    return new Map(found.map((version) => [version.certificateId, version]));
  }

  private async standings(userId: number, ids: readonly number[]): Promise<Map<number, CertificateStanding>> {
    const rows = await this.dataSource.query<Standing[]>(
      `SELECT c.id, v.id AS "inUse", ${certificateStatus} AS status, seen.served FROM certificates c ${certificateStanding}
       WHERE c.id = ANY ($2)`,
      [userId, ids],
    );
    const where = { id: In(rows.flatMap(({ inUse }) => inUse ?? [])) };
    const versions = await this.dataSource.manager.findBy(CertificateVersionEntity, where);
    const byId = new Map(versions.map((version) => [version.id, version]));
    return new Map(rows.map(({ id, inUse, ...rest }) => [id, { ...rest, inUse: byId.get(inUse ?? '') }]));
  }

  /** The targets that the user may see. */
  private async targetsOf(
    userId: number,
    ids: readonly number[],
  ): Promise<{ targets: DeploymentTargetEntity[]; connectionNames: Map<number, string> }> {
    const targets = await this.dataSource.manager.find(DeploymentTargetEntity, {
      where: { certificateId: In(ids) },
      order: { place: 'ASC' },
    });
    const connectionNames = await this.connections.names(
      userId,
      targets.map(({ connectionId }) => connectionId),
    );
    return { targets: targets.filter(({ connectionId }) => connectionNames.has(connectionId)), connectionNames };
  }
}
