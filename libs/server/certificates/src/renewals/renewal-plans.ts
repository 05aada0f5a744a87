import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { RenewalState } from '@lockstep/contract';
import type { DataSource, EntityManager } from 'typeorm';
import { type KnownRenewals, readRenewals } from './renewal-facts.js';
import { type RenewalPlan, dueOf, planRenewal } from './renewal-policy.js';

/** When each certificate is renewed next by itself: planned from facts, kept in its row. */
@Injectable()
export class RenewalPlans {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Plans what has changed since it was planned. The caller holds the lock of automatic renewals. What was seen before a
   * renewal that completed is forgotten: it has verified its endpoints itself.
   */
  async renew(transaction: EntityManager): Promise<void> {
    const changed = (await readRenewals(transaction, null)).filter(({ key, plannedFrom }) => key !== plannedFrom);
    if (changed.length === 0) return;
    const plans = changed.map(planRenewal);
    await transaction.query(
      `UPDATE certificates c SET next_attempt_at = p.at, renewal_reason = p.reason, planned_from = p.key,
         served = CASE WHEN p.verified_at >= c.checked_at THEN '[]' ELSE c.served END,
         checked_at = CASE WHEN p.verified_at >= c.checked_at THEN NULL ELSE c.checked_at END
       FROM unnest($1::integer[], $2::timestamptz[], $3::text[], $4::text[], $5::timestamptz[])
         AS p (id, at, reason, key, verified_at) WHERE c.id = p.id`,
      [
        changed.map(({ certificateId }) => certificateId),
        plans.map(({ nextAttemptAt }) => nextAttemptAt),
        plans.map(({ reason }) => reason),
        changed.map(({ key }) => key),
        changed.map(({ last }) => (last?.status === 'completed' ? last.completedAt : null)),
      ],
    );
  }

  /** As it is told to who may see these connections. What changed a moment ago and is not planned yet is told as it will be. */
  async read(
    ids: readonly number[],
    visibleConnections: ReadonlyMap<number, string>,
  ): Promise<Map<number, RenewalState>> {
    const known = await readRenewals(this.dataSource, ids);
    return new Map(known.map((one) => [one.certificateId, toState(one, visibleConnections)]));
  }
}

function toState(known: KnownRenewals, visibleConnections: ReadonlyMap<number, string>): RenewalState {
  const { deployed, failures } = known;
  const plan = known.key === known.plannedFrom ? known.plan : planRenewal(known);
  const due = deployed && dueOf(deployed);
  return {
    reason: reasonNow(known, plan),
    dueAt: due?.at.toISOString() ?? null,
    dueBasis: due?.basis ?? null,
    nextAttemptAt: known.isRunning ? null : (plan.nextAttemptAt?.toISOString() ?? null),
    failures,
    awaitedHostKey: awaitedHostKeyOf(known, visibleConnections),
    lastAttempt: lastAttemptOf(known, visibleConnections),
  };
}

function reasonNow({ isRunning }: KnownRenewals, { reason, nextAttemptAt }: RenewalPlan): RenewalState['reason'] {
  if (isRunning) return 'running';
  return nextAttemptAt !== null && nextAttemptAt <= new Date() ? 'due' : reason;
}

function awaitedHostKeyOf(
  { awaitedHost: connectionId }: KnownRenewals,
  visibleConnections: ReadonlyMap<number, string>,
): RenewalState['awaitedHostKey'] {
  const connectionName = connectionId === null ? undefined : visibleConnections.get(connectionId);
  return connectionId === null || connectionName === undefined ? null : { connectionId, connectionName };
}

function lastAttemptOf(
  { last }: KnownRenewals,
  visibleConnections: ReadonlyMap<number, string>,
): RenewalState['lastAttempt'] {
  if (last === null || !visibleConnections.has(last.connectionId)) return null;
  const { id: operationId, status, completedAt, createdBy, actorName, error } = last;
  return { operationId, status, endedAt: completedAt.toISOString(), createdBy, actorName, error };
}
