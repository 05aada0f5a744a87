import type { CreatedBy, OperationStatus } from '@lockstep/contract';
import type { EntityManager } from 'typeorm';
import { type HostKeyQuestion, hostKeyQuestion } from './host-key-question.js';
import type { RenewalFacts, RenewalPlan } from './renewal-policy.js';

/** A renewal that has ended, as Postgres keeps it. */
interface EndedRenewal {
  readonly id: string;
  readonly status: OperationStatus;
  readonly completedAt: Date;
  readonly error: string | null;
  readonly createdBy: CreatedBy;
  readonly actorName: string;
  readonly connectionId: number;
}

/** What is known of a certificate's renewals, and what was planned from it. */
export interface KnownRenewals extends RenewalFacts, HostKeyQuestion {
  readonly certificateId: number;
  readonly last: EndedRenewal | null;
  readonly isRunning: boolean;
  /** Changes with the facts. */
  readonly key: string;
  /** The key of the facts that the plan was made from. */
  readonly plannedFrom: string | null;
  readonly plan: RenewalPlan;
}

type Row = Omit<KnownRenewals, 'deployed' | 'last' | 'plan'> &
  RenewalPlan & { deployed: Record<'notBefore' | 'notAfter' | 'renewAt', string> | null } & {
    last: (Omit<EndedRenewal, 'completedAt'> & { completedAt: string }) | null;
  };

/** SQL for how many renewals of a certificate `c` have failed since the last that completed. */
export const failedRenewals = `
  (SELECT count(*)::integer FROM operations o WHERE o.type = 'certificate_renewal' AND o.target = c.id::text
     AND o.status = 'failed' AND o.id > ALL (
       SELECT o.id FROM operations o WHERE o.type = 'certificate_renewal' AND o.target = c.id::text
         AND o.status = 'completed' ORDER BY o.id DESC LIMIT 1))`;

/**
 * The facts of every certificate `c`. They are read from versions and operations, which outlive every process: nothing that a
 * worker knew is needed. The key leaves out times that only a time zone would tell apart.
 */
export const renewalFacts = `
  SELECT c.id AS "certificateId", c.name, c.issuer_id AS "issuerId", i.kind AS "issuerKind", c.auto_renew AS "autoRenew",
    c.next_attempt_at AS "nextAttemptAt", c.renewal_reason AS reason, c.planned_from AS "plannedFrom",
    target.id IS NOT NULL AS "hasTarget", target.id AS "connectionId", target.name AS "connectionName",
    CASE WHEN deployed.id IS NOT NULL THEN json_build_object('notBefore', deployed.not_before,
      'notAfter', deployed.not_after, 'renewAt', deployed.renew_at) END AS deployed,
    deployed.not_after AS "notAfter",
    CASE WHEN last.id IS NOT NULL THEN json_build_object('id', last.id, 'status', last.status,
      'completedAt', last.completed_at, 'error', last.error, 'createdBy', last.created_by,
      'actorName', last.actor->>'name', 'connectionId', last.connection_id) END AS last,
    coalesce(last.error_code IN ('NAME_NOT_RESOLVED', 'CONNECTION_REFUSED', 'HOST_UNREACHABLE', 'CONNECT_TIMEOUT'), false)
      AS "isUnreachable",
    ${failedRenewals} AS failures, question."awaitedHost", question."isAnswered",
    EXISTS (SELECT FROM operations o WHERE o.type = 'certificate_renewal' AND o.target = c.id::text
       AND o.status IN ('pending', 'in_progress')) AS "isRunning",
    json_build_array(c.auto_renew, c.issuer_id, i.kind, target.id, deployed.id, extract(epoch FROM deployed.renew_at),
      last.id, question."isAnswered")::text AS key
  FROM certificates c
    JOIN issuers i ON i.id = c.issuer_id
    LEFT JOIN LATERAL (
      SELECT n.id, n.name FROM certificate_targets t JOIN connections n ON n.id = t.connection_id AND n.deleted_at IS NULL
      WHERE t.certificate_id = c.id ORDER BY t.place LIMIT 1) target ON true
    LEFT JOIN LATERAL (
      SELECT v.* FROM certificate_targets t
        JOIN connections n ON n.id = t.connection_id AND n.deleted_at IS NULL
        JOIN certificate_versions v ON v.certificate_id = c.id AND v.number = t.deployed_version
      WHERE t.certificate_id = c.id ORDER BY v.renew_at LIMIT 1) deployed ON true
    LEFT JOIN LATERAL (
      SELECT o.* FROM operations o WHERE o.type = 'certificate_renewal' AND o.target = c.id::text
        AND o.completed_at IS NOT NULL ORDER BY o.id DESC LIMIT 1) last ON true${hostKeyQuestion}`;

/** Of these certificates, or of all. */
export async function readRenewals(
  manager: Pick<EntityManager, 'query'>,
  ids: readonly number[] | null,
): Promise<KnownRenewals[]> {
  const rows: Row[] = await manager.query(`${renewalFacts} WHERE $1::integer[] IS NULL OR c.id = ANY ($1)`, [ids]);
  return rows.map(({ nextAttemptAt, reason, deployed, last, ...row }) => ({
    ...row,
    plan: { nextAttemptAt, reason },
    deployed: deployed && {
      notBefore: new Date(deployed.notBefore),
      notAfter: new Date(deployed.notAfter),
      renewAt: new Date(deployed.renewAt),
    },
    last: last && { ...last, completedAt: new Date(last.completedAt) },
  }));
}
