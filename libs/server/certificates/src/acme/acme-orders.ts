import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { StoredOrder } from '@lockstep/server-acme';
import { DataSource } from 'typeorm';
import type { ProofPlace } from './acme-proofs.js';

/** An order with what the CA does not know about it. */
export interface KeptOrder {
  readonly issuerId: number;
  readonly placedAt: Date;
  /** `presented` is what is published at the place that was asked for. */
  readonly order: StoredOrder;
}

/** What an order is for, and where its proofs are published by which operation. */
export interface OrderOf extends ProofPlace {
  readonly versionId: string;
  readonly certificateId: number;
  readonly operationId: string;
}

/** The orders that versions are issued by. They outlive operation and process. */
@Injectable()
export class AcmeOrders {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async find({ versionId, connectionId, challenge }: OrderOf): Promise<KeptOrder | undefined> {
    const [row] = await this.dataSource.query<KeptOrder[]>(
      `SELECT issuer_id AS "issuerId", placed_at AS "placedAt",
         stored || jsonb_build_object('presented', coalesce((
           SELECT jsonb_agg(proof ORDER BY id) FROM acme_proofs p
           WHERE p.version_id = $1 AND p.connection_id = $2 AND p.challenge = $3), '[]')) AS "order"
       FROM acme_orders WHERE version_id = $1`,
      [versionId, connectionId, JSON.stringify(challenge)],
    );
    return row;
  }

  /** A version has one order; another one takes its place. What is published is known from the same moment on. */
  async keep(of: OrderOf, { presented, ...stored }: StoredOrder): Promise<void> {
    const { versionId, certificateId, issuerId, connectionId, operationId, challenge } = of;
    await this.dataSource.query(
      `WITH kept AS (
         INSERT INTO acme_orders AS known (version_id, issuer_id, stored) VALUES ($1, $2, $3)
         ON CONFLICT (version_id) DO UPDATE SET stored = excluded.stored, issuer_id = excluded.issuer_id,
           placed_at = CASE WHEN known.stored ->> 'url' = excluded.stored ->> 'url' THEN known.placed_at ELSE now() END),
       shown AS (SELECT proof FROM jsonb_array_elements($4::jsonb) AS proof),
       withdrawn AS (
         DELETE FROM acme_proofs WHERE version_id = $1 AND connection_id = $5 AND challenge = $6::jsonb
           AND proof NOT IN (SELECT proof FROM shown))
       INSERT INTO acme_proofs (version_id, issuer_id, connection_id, challenge, certificate_id, operation_id, proof)
         SELECT $1, $2, $5, $6::jsonb, $7, $8, proof FROM shown
         ON CONFLICT (version_id, connection_id, challenge, proof) DO UPDATE SET operation_id = excluded.operation_id`,
      [
        ...[versionId, issuerId, JSON.stringify(stored), JSON.stringify(presented)],
        ...[connectionId, JSON.stringify(challenge), certificateId, operationId],
      ],
    );
  }
}
