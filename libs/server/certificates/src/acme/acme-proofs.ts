import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { AcmeIssuerSettings } from '@lockstep/contract';
import type { Challenge } from '@lockstep/server-acme';
import { DataSource, type EntityManager } from 'typeorm';
import type { OrderOf } from './acme-orders.js';

/** Where proofs are published, as it was then: settings change, and what is published stays where it is. */
export interface ProofPlace {
  readonly issuerId: number;
  /** Of the operation; where the file is put, unless the challenge names another one. */
  readonly connectionId: number;
  readonly challenge: AcmeIssuerSettings['challenge'];
}

/** Something that is, or may be, published. */
export interface Proof extends ProofPlace {
  readonly id: string;
  readonly versionId: string;
  readonly certificateId: number;
  readonly proof: Challenge;
  readonly failures: number;
  /** A login on this way was refused before. */
  readonly refusedWay: string | null;
}

const columns = `p.id, p.version_id AS "versionId", p.certificate_id AS "certificateId", p.issuer_id AS "issuerId",
  p.connection_id AS "connectionId", p.challenge, p.proof, p.failures, p.refused_way AS "refusedWay"`;

/** Longer than any one of those taken together can need: until then no other process takes them. */
const claim = `interval '10 minutes'`;

/** SQL for whether nobody will take a proof `p` back: what published it has ended, and no renewal of the certificate goes on. */
const isLeft = `NOT EXISTS (
  SELECT FROM operations o WHERE o.completed_at IS NULL
    AND (o.id = p.operation_id OR o.type = 'certificate_renewal' AND o.target = p.certificate_id::text))`;

/** The proofs that are published. Each is known before it is published, and until it is taken back. */
@Injectable()
export class AcmeProofs {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Of whatever version, but those that are somebody's who takes them back. */
  of(certificateId: number): Promise<Proof[]> {
    return this.dataSource.query<Proof[]>(
      `SELECT ${columns} FROM acme_proofs p
       WHERE certificate_id = $1 AND (claimed_until IS NULL OR claimed_until <= now()) ORDER BY id`,
      [certificateId],
    );
  }

  /** Whether somebody takes some of a certificate back now: what is published meanwhile could be taken away with them. */
  async areClaimed(certificateId: number): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      'SELECT FROM acme_proofs WHERE certificate_id = $1 AND claimed_until > now() LIMIT 1',
      [certificateId],
    );
    return rows.length > 0;
  }

  /** What is published for trying out, in place of what was before. `versionId` is of no version: it names the try. */
  async keep(of: OrderOf, presented: readonly Challenge[]): Promise<void> {
    const { versionId, certificateId, issuerId, connectionId, operationId, challenge } = of;
    await this.dataSource.query(
      `WITH shown AS (SELECT proof FROM jsonb_array_elements($1::jsonb) AS proof),
       withdrawn AS (DELETE FROM acme_proofs WHERE version_id = $2 AND proof NOT IN (SELECT proof FROM shown))
       INSERT INTO acme_proofs (version_id, issuer_id, connection_id, challenge, certificate_id, operation_id, proof)
         SELECT $2, $3, $4, $5::jsonb, $6, $7, proof FROM shown
         ON CONFLICT (version_id, connection_id, challenge, proof) DO NOTHING`,
      [
        ...[JSON.stringify(presented), versionId, issuerId, connectionId, JSON.stringify(challenge)],
        ...[certificateId, operationId],
      ],
    );
  }

  /** What is to be shown at a path of HTTP-01 (RFC 8555 §8.3) now, on whatever replica. */
  async contentAt(location: string): Promise<string | undefined> {
    const [row] = await this.dataSource.query<{ content: string }[]>(
      `SELECT proof ->> 'content' AS content FROM acme_proofs
       WHERE proof ->> 'kind' = 'http-01' AND proof ->> 'location' = $1 LIMIT 1`,
      [location],
    );
    return row?.content;
  }

  /**
   * Those of one version that nobody will take back any more. They are the caller's until it notes what became of them, or was
   * lost for ten minutes. Looked at once more when they are: a renewal that began before sees to them itself, and one that
   * begins later sees the claim.
   */
  async claimLeft(): Promise<Proof[]> {
    const claimed = await this.dataSource.query<Proof[]>(
      `WITH left_over AS (
         SELECT p.id, p.version_id FROM acme_proofs p WHERE p.next_attempt_at <= now() AND ${isLeft}
         ORDER BY p.next_attempt_at LIMIT 100 FOR UPDATE SKIP LOCKED),
       claimed AS (
         UPDATE acme_proofs SET next_attempt_at = now() + ${claim}, claimed_until = now() + ${claim}
         WHERE id IN (SELECT id FROM left_over WHERE version_id = (SELECT version_id FROM left_over LIMIT 1))
         RETURNING *)
       SELECT ${columns} FROM claimed p ORDER BY id`,
    );
    const given = await this.dataSource.query<{ id: string }[]>(
      `WITH given AS (
         UPDATE acme_proofs p SET next_attempt_at = now(), claimed_until = NULL
         WHERE id = ANY ($1) AND NOT ${isLeft} RETURNING id)
       SELECT id FROM given`,
      [claimed.map(({ id }) => id)],
    );
    return claimed.filter(({ id }) => !given.some((one) => one.id === id));
  }

  async forget({ id }: Proof): Promise<void> {
    await this.dataSource.query('DELETE FROM acme_proofs WHERE id = $1', [id]);
  }

  /** It is tried again later: after a minute, then two, four and so on, and then once an hour. */
  async noteFailure(transaction: EntityManager, { id }: Proof, refusedWay: string | null): Promise<void> {
    await transaction.query(
      `UPDATE acme_proofs SET failures = failures + 1, refused_way = $2, claimed_until = NULL,
         next_attempt_at = now() + least(interval '1 minute' * 2 ^ least(failures, 6), interval '1 hour')
       WHERE id = $1`,
      [id, refusedWay],
    );
  }
}
