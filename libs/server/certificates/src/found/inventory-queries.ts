import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { CertificateOrigin, InventoryItem, RouteAnswer, RouteInput, routes } from '@lockstep/contract';
import { DataSource } from 'typeorm';
import { CertificateQueries } from '../certificates/certificate-queries.js';
import { certificateStatus, versionInUse } from '../certificates/version-in-use.js';
import { FoundQueries } from './found-queries.js';
import { type InventoryPlace, readInventoryCursor, writeInventoryCursor } from './inventory-cursor.js';

type ListQuery = RouteInput<typeof routes.listInventory>['query'];

interface Listed extends InventoryPlace {
  readonly origin: CertificateOrigin;
  readonly total: number;
}

/** Certificates with their version in use, and what is watched, in the same columns. Milliseconds, as JavaScript has them. */
const everything = `
  SELECT 0 AS source, c.id, CASE WHEN i.kind = 'manual' AND newest.request = '' THEN 'uploaded' ELSE 'managed' END AS origin,
    c.name || ' ' || array_to_string(c.domains, ' ') AS words, coalesce(v.not_after, c.created_at) AS attention,
    ${certificateStatus} AS status,
    ARRAY(SELECT t.connection_id FROM certificate_targets t WHERE t.certificate_id = c.id) AS connection_ids
  FROM certificates c JOIN issuers i ON i.id = c.issuer_id LEFT JOIN LATERAL (
    SELECT request FROM certificate_versions
    WHERE certificate_id = c.id AND issued_at IS NOT NULL ORDER BY number DESC LIMIT 1
  ) newest ON true ${versionInUse}
  WHERE c.id IN (SELECT visible.id FROM visible_certificate_ids($1) AS visible (id))
  UNION ALL
  SELECT 1, f.id, 'found', concat_ws(' ', f.server_name, f.host, f.path, c.name, f.facts ->> 'names'), f.not_after,
    CASE WHEN f.not_after <= now() THEN 'expired' WHEN f.failure_code IS NOT NULL THEN 'unreachable'
      WHEN f.renew_at <= now() THEN 'due' ELSE 'valid' END,
    ARRAY[f.connection_id]
  FROM found_certificates f LEFT JOIN connections c ON c.id = f.connection_id
  WHERE f.id IN (SELECT visible.id FROM visible_found_certificate_ids($1) AS visible (id))`;

/** What is expired or not reached comes first, then by when it expires. A null leaves its filter out. */
const matching = `
  WITH everything AS (${everything}), matching AS (
    SELECT source, id, origin, date_trunc('milliseconds', attention) AS attention,
      CASE WHEN status IN ('expired', 'unreachable') THEN 0 ELSE 1 END AS rank
    FROM everything
    WHERE ($2::text IS NULL OR words ILIKE $2) AND ($3::text IS NULL OR origin = $3) AND ($4::text IS NULL OR status = $4)
      AND ($5::integer IS NULL OR $5 = ANY (connection_ids)
        AND $5 IN (SELECT visible.id FROM visible_connection_ids($1) AS visible (id)))
  )`;

/** The list of all certificates there are, through the eyes of a user. */
@Injectable()
export class InventoryQueries {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly certificates: CertificateQueries,
    private readonly found: FoundQueries,
  ) {}

  async list(userId: number, query: ListQuery): Promise<RouteAnswer<typeof routes.listInventory>> {
    const rows = await this.page(userId, query);
    const shown = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? shown.at(-1) : undefined;
    return {
      items: await this.complete(userId, shown),
      nextCursor: last ? writeInventoryCursor(last) : null,
      total: rows[0]?.total ?? (await this.count(userId, query)),
    };
  }

  private page(userId: number, query: ListQuery): Promise<Listed[]> {
    const place = query.cursor === undefined ? null : readInventoryCursor(query.cursor);
    return this.dataSource.query(
      `${matching}
       SELECT *, (SELECT count(*)::integer FROM matching) AS total FROM matching
       WHERE $6::integer IS NULL OR (rank, attention, source, id) > ($6, $7::timestamptz, $8::integer, $9::integer)
       ORDER BY rank, attention, source, id LIMIT $10`,
      [
        ...filterValues(userId, query),
        ...[place?.rank, place?.attention, place?.source, place?.id].map((value) => value ?? null),
        query.limit + 1,
      ],
    );
  }

  /** Beyond the last page no row bears the total. */
  private async count(userId: number, query: ListQuery): Promise<number> {
    const [row] = await this.dataSource.query<{ total: number }[]>(
      `${matching} SELECT count(*)::integer AS total FROM matching`,
      filterValues(userId, query),
    );
    return row?.total ?? 0;
  }

  private async complete(userId: number, rows: readonly Listed[]): Promise<InventoryItem[]> {
    const idsOf = (source: number) => rows.filter((row) => row.source === source).map(({ id }) => id);
    const [certificates, found] = await Promise.all([
      this.certificates.some(userId, idsOf(0)),
      this.found.some(userId, idsOf(1)),
    ]);
    const certificateById = new Map(certificates.map((one) => [one.id, one]));
    const foundById = new Map(found.map((one) => [one.id, one]));
    return rows.flatMap(({ origin, id }): InventoryItem[] => {
      if (origin === 'found') {
        const one = foundById.get(id);
        return one ? [{ origin, found: one }] : [];
      }
      const certificate = certificateById.get(id);
      return certificate ? [{ origin, certificate }] : [];
    });
  }
}

const filterValues = (userId: number, { search, origin, status, connectionId }: ListQuery): unknown[] => {
  const wanted = search?.trim() ?? '';
  const like = wanted === '' ? null : `%${wanted.replace(/[\\%_]/g, '\\$&')}%`;
  return [userId, like, origin ?? null, status ?? null, connectionId ?? null];
};
