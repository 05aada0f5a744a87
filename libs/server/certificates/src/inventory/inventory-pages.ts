import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { CertificateOrigin, ExpiryCount, RouteInput, routes } from '@lockstep/contract';
import { searchPattern } from '@lockstep/server-database';
import { DataSource } from 'typeorm';
import { type InventoryPlace, readInventoryCursor, writeInventoryCursor } from './inventory-cursor.js';
import { attentionRank, calmRank, certificateStanding, certificateStatus, foundStatus } from './standing.js';

type ListQuery = RouteInput<typeof routes.listInventory>['query'];
type Filters = Omit<ListQuery, 'cursor' | 'limit' | 'origin'> & { readonly origins?: readonly CertificateOrigin[] };

/** Where a line of the list is kept: `source` 0 is managed or uploaded, 1 was found. */
export interface Listed extends InventoryPlace {
  readonly origin: CertificateOrigin;
}

export interface InventoryPage {
  readonly rows: readonly Listed[];
  readonly nextCursor: string | null;
  readonly total: number;
}

/** Certificates with their version in use, and what is watched, in the same columns. What is not in use has no `not_after`. */
const everything = `
  SELECT 0 AS source, c.id, CASE WHEN i.kind = 'manual' AND newest.request = '' THEN 'uploaded' ELSE 'managed' END AS origin,
    c.name || ' ' || array_to_string(c.domains, ' ') AS words, v.not_after, c.created_at, ${certificateStatus} AS status,
    ARRAY(SELECT t.connection_id FROM certificate_targets t WHERE t.certificate_id = c.id) AS connection_ids
  FROM certificates c JOIN issuers i ON i.id = c.issuer_id LEFT JOIN LATERAL (
    SELECT request FROM certificate_versions
    WHERE certificate_id = c.id AND issued_at IS NOT NULL ORDER BY number DESC LIMIT 1
  ) newest ON true ${certificateStanding}
  WHERE c.id IN (SELECT visible.id FROM visible_certificate_ids($1) AS visible (id))
  UNION ALL
  SELECT 1, f.id, 'found', concat_ws(' ', f.server_name, f.host, f.path, c.name, f.facts ->> 'names'), f.not_after,
    f.created_at, ${foundStatus}, ARRAY[f.connection_id]
  FROM found_certificates f LEFT JOIN connections c ON c.id = f.connection_id
  WHERE f.id IN (SELECT visible.id FROM visible_found_certificate_ids($1) AS visible (id))`;

/**
 * The worst comes first, then what expires first; what is nowhere yet waits for it since it was made. In milliseconds, because
 * JavaScript's times know no finer ones. A null leaves its filter out.
 */
const matching = `
  WITH everything AS (${everything}), ranked AS (
    SELECT *, ${attentionRank} AS rank, date_trunc('milliseconds', coalesce(not_after, created_at)) AS attention FROM everything
  ), matching AS (
    SELECT source, id, origin, not_after, rank, attention FROM ranked
    WHERE ($2::text IS NULL OR words ILIKE $2) AND ($3::text[] IS NULL OR origin = ANY ($3)) AND ($4::text IS NULL OR status = $4)
      AND ($5::boolean IS NULL OR $5 = (rank < ${String(calmRank)}))
      AND ($6::integer IS NULL OR $6 = ANY (connection_ids)
        AND $6 IN (SELECT visible.id FROM visible_connection_ids($1) AS visible (id)))
      AND ($7::timestamptz IS NULL OR not_after >= $7) AND ($8::timestamptz IS NULL OR not_after < $8)
  )`;

/** What is in the list of all certificates, and in what order, through the eyes of a user. */
@Injectable()
export class InventoryPages {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @throws {ProblemException} VALIDATION_FAILED for a cursor that is none. */
  async read(
    userId: number,
    filters: Filters,
    { cursor, limit }: Pick<ListQuery, 'cursor' | 'limit'>,
  ): Promise<InventoryPage> {
    const place = cursor === undefined ? null : readInventoryCursor(cursor);
    const rows = await this.dataSource.query<(Listed & { total: number })[]>(
      `${matching}
       SELECT *, (SELECT count(*)::integer FROM matching) AS total FROM matching
       WHERE $9::integer IS NULL OR (rank, attention, source, id) > ($9, $10::timestamptz, $11::integer, $12::integer)
       ORDER BY rank, attention, source, id LIMIT $13`,
      [
        ...filterValues(userId, filters),
        ...[place?.rank, place?.attention, place?.source, place?.id].map((value) => value ?? null),
        limit + 1,
      ],
    );
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      rows: shown,
      nextCursor: last ? writeInventoryCursor(last) : null,
      total: rows[0]?.total ?? (await this.count(userId, filters)),
    };
  }

  /** How many expire before the first moment, from each to the next, and from the last on. The moments are ascending. */
  async countExpiries(userId: number, filters: Filters, boundaries: readonly string[]): Promise<ExpiryCount[]> {
    const rows = await this.dataSource.query<{ bucket: number; managed: number; found: number }[]>(
      `${matching}
       SELECT width_bucket(not_after, $9::timestamptz[]) AS bucket, count(*) FILTER (WHERE source = 0)::integer AS managed,
         count(*) FILTER (WHERE source = 1)::integer AS found
       FROM matching WHERE not_after IS NOT NULL GROUP BY bucket`,
      [...filterValues(userId, filters), boundaries],
    );
    const byBucket = new Map(rows.map(({ bucket, managed, found }) => [bucket, { managed, found }]));
    return [null, ...boundaries].map((from, bucket) => ({
      from,
      before: boundaries[bucket] ?? null,
      ...(byBucket.get(bucket) ?? { managed: 0, found: 0 }),
    }));
  }

  /** Beyond the last page no row bears the total. */
  private async count(userId: number, filters: Filters): Promise<number> {
    const [row] = await this.dataSource.query<{ total: number }[]>(
      `${matching} SELECT count(*)::integer AS total FROM matching`,
      filterValues(userId, filters),
    );
    return row?.total ?? 0;
  }
}

function filterValues(userId: number, filters: Filters): unknown[] {
  const { search, origins, status, needsAttention, connectionId, expiresFrom, expiresBefore } = filters;
  const values = [searchPattern(search), origins, status, needsAttention, connectionId, expiresFrom, expiresBefore];
  return [userId, ...values.map((value) => value ?? null)];
}
