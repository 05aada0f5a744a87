import type { RenewalBasis, RenewalReason } from '@lockstep/contract';
import { renewalBegins } from '../versions/renewal-window.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const tenDaysMs = 240 * hourMs;
/** Minutes until the next attempt after the first, second and third failure in a row; then a day each. */
const backoffMinutes = [1, 10, 100];
const laterBackoffMs = 24 * hourMs;
/** Who cancelled a renewal has something to mend; it is not begun again under their hands. */
const afterCancelMs = hourMs;

/** What is deployed; of several versions the one that is due first. */
export interface Deployed {
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Chosen once, when it was issued: the moment that its issuer asked for, or that of its lifetime. */
  readonly renewAt: Date;
}

/** All that the policy looks at. */
export interface RenewalFacts {
  readonly autoRenew: boolean;
  readonly issuerKind: string;
  readonly hasTarget: boolean;
  readonly deployed: Deployed | null;
  /** The newest renewal that has ended, whoever started it. */
  readonly last: { readonly id: string; readonly status: string; readonly completedAt: Date } | null;
  /** In a row, up to the newest. */
  readonly failures: number;
  /** The newest failed for nothing but the first host key of a host, and a person has approved it since. */
  readonly isAnswered: boolean;
}

/** When it is tried next by itself, and why then. Null: it is not. */
export interface RenewalPlan {
  readonly reason: Exclude<RenewalReason, 'running' | 'due'>;
  readonly nextAttemptAt: Date | null;
}

const never = (reason: RenewalPlan['reason']): RenewalPlan => ({ reason, nextAttemptAt: null });

/** The same facts always give the same plan, so it may be made anew at any time by any replica. */
export function planRenewal(facts: RenewalFacts): RenewalPlan {
  const { deployed, last } = facts;
  if (!facts.hasTarget) return never('no_target');
  if (!facts.autoRenew) return never('off');
  if (facts.issuerKind === 'manual') return never('by_hand');
  if (deployed === null) return never('not_begun');
  const due: RenewalPlan = { reason: 'not_due', nextAttemptAt: dueOf(deployed).at };
  if (last === null || facts.isAnswered) return due;
  const notBefore = new Date(last.completedAt.getTime() + pauseMs(last, facts.failures, lifetimeOf(deployed)));
  if (notBefore <= dueOf(deployed).at) return due;
  const reason = last.status === 'failed' || last.status === 'cancelled' ? last.status : 'not_due';
  return { reason, nextAttemptAt: notBefore };
}

/** When what is deployed is to be renewed, and what decides it. A twentieth of the lifetime is always left for it. */
export function dueOf(deployed: Deployed): { at: Date; basis: RenewalBasis } {
  const { notBefore, notAfter, renewAt } = deployed;
  const lifetime = lifetimeOf(deployed);
  const latest = new Date(notAfter.getTime() - lifetime / 20);
  if (latest < renewAt) return { at: latest, basis: 'twentieth' };
  if (renewAt.getTime() !== renewalBegins(notBefore, notAfter).getTime()) return { at: renewAt, basis: 'issuer' };
  return { at: renewAt, basis: lifetime < tenDaysMs ? 'half' : 'third' };
}

/**
 * How long the next attempt waits after one that has ended. After a failure it is a twentieth of the lifetime at most, so that
 * a certificate of one day gets more than one chance. One that succeeded is waited after too, so that an issuer whose
 * certificates are due as soon as they are issued is not asked without end.
 */
function pauseMs(last: { id: string; status: string }, failures: number, lifetimeMs: number): number {
  if (last.status === 'cancelled') return afterCancelMs;
  const longest = Math.max(minuteMs, lifetimeMs / 20);
  if (last.status !== 'failed') return Math.min(afterCancelMs, longest);
  const backoff = backoffMinutes[failures - 1];
  const wait = Math.min(backoff === undefined ? laterBackoffMs : backoff * minuteMs, longest);
  return wait * (1 + jitterOf(last.id) / 10);
}

/** From 0 to 1, by the random digits at the end of an operation's id: it differs between certificates, and stays. */
const jitterOf = (id: string): number => Number.parseInt(id.slice(-8), 16) / 2 ** 32;

const lifetimeOf = ({ notBefore, notAfter }: Deployed): number => notAfter.getTime() - notBefore.getTime();
