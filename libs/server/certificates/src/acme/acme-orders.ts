import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { StoredOrder } from '@lockstep/server-acme';
import { DataSource } from 'typeorm';

/** An order with what the CA does not know about it. */
export interface KeptOrder {
  readonly versionId: string;
  readonly issuerId: number;
  readonly placedAt: Date;
  readonly order: StoredOrder;
}

const columns = `version_id AS "versionId", issuer_id AS "issuerId", placed_at AS "placedAt", stored AS "order"`;

/** The orders that versions are issued by. They outlive operation and process; what is published is in them. */
@Injectable()
export class AcmeOrders {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async find(versionId: string): Promise<KeptOrder | undefined> {
    const [row] = await this.dataSource.query<KeptOrder[]>(`SELECT ${columns} FROM acme_orders WHERE version_id = $1`, [
      versionId,
    ]);
    return row;
  }

  /** A version has one order; another one takes its place. */
  async keep(of: { readonly versionId: string; readonly issuerId: number }, order: StoredOrder): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO acme_orders AS known (version_id, issuer_id, stored) VALUES ($1, $2, $3)
       ON CONFLICT (version_id) DO UPDATE SET stored = excluded.stored, issuer_id = excluded.issuer_id,
         placed_at = CASE WHEN known.stored ->> 'url' = excluded.stored ->> 'url' THEN known.placed_at ELSE now() END`,
      [of.versionId, of.issuerId, JSON.stringify(order)],
    );
  }

  /** The orders of a certificate, of whatever version, whose proofs are, or may be, published. */
  published(certificateId: number): Promise<KeptOrder[]> {
    return this.dataSource.query<KeptOrder[]>(
      `SELECT ${columns} FROM acme_orders WHERE stored -> 'presented' <> '[]'
       AND version_id IN (SELECT id FROM certificate_versions WHERE certificate_id = $1)`,
      [certificateId],
    );
  }

  /** What is to be shown at a path of HTTP-01 (RFC 8555 §8.3) now, on whatever replica. */
  async contentAt(location: string): Promise<string | undefined> {
    const [row] = await this.dataSource.query<{ content: string }[]>(
      `SELECT proof ->> 'content' AS content FROM acme_orders, jsonb_array_elements(stored -> 'presented') AS proof
       WHERE stored -> 'presented' <> '[]' AND proof ->> 'kind' = 'http-01' AND proof ->> 'location' = $1 LIMIT 1`,
      [location],
    );
    return row?.content;
  }
}
