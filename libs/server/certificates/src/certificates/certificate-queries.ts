import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Certificate, CertificateVersion, RouteAnswer, RouteInput, routes } from '@lockstep/contract';
import { ConnectionQueries } from '@lockstep/server-connections';
import { ProblemException, notFound } from '@lockstep/server-http';
import { DataSource, In, IsNull, Not } from 'typeorm';
import { CertificateVersionEntity } from '../model/certificate-version.entity.js';
import { CertificateEntity } from '../model/certificate.entity.js';
import { toCertificate, toCertificateVersion } from '../model/certificate.mapper.js';
import { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { RenewalPlans } from '../renewals/renewal-plans.js';
import { readCursor, writeCursor } from './certificate-cursor.js';
import { FilesOfCertificates } from './shared-files.js';
import { certificateStatus, versionInUse } from './version-in-use.js';

type ListQuery = RouteInput<typeof routes.listCertificates>['query'];

/** Some certificates: by their ids, or by the connections of their targets. */
type CertificateChoice = { readonly ids: readonly number[] } | { readonly connectionIds: readonly number[] };

interface Listed {
  readonly id: number;
  readonly attention: Date;
  readonly total: number;
}

/**
 * Every certificate with its version in use. Who expires first needs attention first; what is nowhere yet waits for it
 * since it was made. Milliseconds, because JavaScript's times know no finer ones.
 */
const inventory = `
  SELECT c.*, ${certificateStatus} AS status,
    date_trunc('milliseconds', coalesce(v.not_after, c.created_at)) AS attention
  FROM certificates c ${versionInUse}
  WHERE c.id IN (SELECT visible.id FROM visible_certificate_ids($1) AS visible (id))`;

/** A null leaves its filter out. */
const filters = `
  ($2::text IS NULL OR name ILIKE $2 OR EXISTS (SELECT FROM unnest(domains) AS domain WHERE domain ILIKE $2))
  AND ($3::integer IS NULL OR EXISTS (
    SELECT FROM certificate_targets t WHERE t.certificate_id = inventory.id AND t.connection_id = $3
      AND t.connection_id IN (SELECT visible.id FROM visible_connection_ids($1) AS visible (id))))
  AND ($4::text IS NULL OR $4 = status)`;

/** Reading certificates, always through the eyes of a user: what one may not see is not there. */
@Injectable()
export class CertificateQueries {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ConnectionQueries,
    private readonly renewals: RenewalPlans,
  ) {}

  async list(userId: number, query: ListQuery): Promise<RouteAnswer<typeof routes.listCertificates>> {
    const rows = await this.page(userId, query);
    const shown = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? shown.at(-1) : undefined;
    const items = await this.some(
      userId,
      shown.map(({ id }) => id),
    );
    return {
      items,
      nextCursor: last ? writeCursor(last.attention, last.id) : null,
      total: rows[0]?.total ?? (await this.count(userId, query)),
    };
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

  private page(userId: number, query: ListQuery): Promise<Listed[]> {
    const place = query.cursor === undefined ? null : readCursor(query.cursor);
    return this.dataSource.query(
      `WITH inventory AS (${inventory}), found AS (SELECT id, attention FROM inventory WHERE ${filters})
       SELECT id, attention, (SELECT count(*)::integer FROM found) AS total FROM found
       WHERE $5::timestamptz IS NULL OR (attention, id) > ($5, $6::integer)
       ORDER BY attention, id LIMIT $7`,
      [...filterValues(userId, query), place?.attention ?? null, place?.id ?? null, query.limit + 1],
    );
  }

  /** Beyond the last page no row bears the total. */
  private async count(userId: number, query: ListQuery): Promise<number> {
    const [row] = await this.dataSource.query<{ total: number }[]>(
      `WITH inventory AS (${inventory}) SELECT count(*)::integer AS total FROM inventory WHERE ${filters}`,
      filterValues(userId, query),
    );
    return row?.total ?? 0;
  }

  /** These, in their order. That the user may see them was decided before. */
  async some(userId: number, ids: readonly number[]): Promise<Certificate[]> {
    const [entities, versions, inUse, around] = await Promise.all([
      this.dataSource.manager.find(CertificateEntity, { where: { id: In(ids) }, relations: { issuer: true } }),
      this.newest(ids),
      this.inUse(ids),
      this.targetsOf(userId, ids),
    ]);
    const [renewals, files] = await Promise.all([
      this.renewals.read(ids, around.connectionNames),
      FilesOfCertificates.read(this.dataSource, [...around.connectionNames.keys()]),
    ]);
    const byId = new Map(entities.map((entity) => [entity.id, entity]));
    return ids.flatMap((id) => {
      const [entity, renewal] = [byId.get(id), renewals.get(id)];
      if (!entity || !renewal) return [];
      const targets = around.targets.filter(({ certificateId }) => certificateId === id);
      const issuerName = entity.issuer?.name ?? '';
      const found = { version: versions.get(id), inUse: inUse.get(id) };
      return [toCertificate(entity, { ...around, files, targets, issuerName, renewal, ...found })];
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

  private async inUse(ids: readonly number[]): Promise<Map<number, CertificateVersionEntity>> {
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT v.id FROM certificates c ${versionInUse} WHERE c.id = ANY ($1) AND v.id IS NOT NULL`,
      [ids],
    );
    const where = { id: In(rows.map(({ id }) => id)) };
    const found = await this.dataSource.manager.findBy(CertificateVersionEntity, where);
    return new Map(found.map((version) => [version.certificateId, version]));
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

const filterValues = (userId: number, { search, connectionId, status }: ListQuery): unknown[] => {
  const wanted = search?.trim() ?? '';
  const like = wanted === '' ? null : `%${wanted.replace(/[\\%_]/g, '\\$&')}%`;
  return [userId, like, connectionId ?? null, status ?? null];
};
