import type { OperationErrorCode } from '@lockstep/contract';
import { AcmeError, type AcmeErrorCode } from '@lockstep/server-acme';
import { type OperationContext, OperationFailure } from '@lockstep/server-operations';
import { SecretUnreadableError } from '@lockstep/server-secrets';
import { SshError } from '@lockstep/server-ssh';

const codes: Readonly<Record<AcmeErrorCode, OperationErrorCode>> = {
  UNREACHABLE: 'CA_UNREACHABLE',
  TLS_UNTRUSTED: 'CA_UNREACHABLE',
  DEADLINE: 'CA_UNREACHABLE',
  REFUSED: 'CA_REFUSED',
  RATE_LIMITED: 'RATE_LIMITED',
  ORDER_GONE: 'CA_REFUSED',
  ORDER_INVALID: 'CA_REFUSED',
  CHALLENGE_NOT_OFFERED: 'CHALLENGE_FAILED',
  CHALLENGE_FAILED: 'CHALLENGE_FAILED',
  DNS_REFUSED: 'DNS_REFUSED',
  DNS_NOT_PROPAGATED: 'DNS_NOT_PROPAGATED',
  UNEXPECTED_ANSWER: 'CA_REFUSED',
};

/** Longer than that no operation waits for a CA: it ends, and says when it is possible again. */
const longestWaitMs = 24 * 3_600_000;

/** What a CA or a DNS provider did not do, as an operation tells it. Everything else stays what it is. */
export function asOperationFailure(error: unknown): unknown {
  const refusal = policyRefusalOf(error);
  if (refusal) return refusal;
  if (error instanceof AcmeError) return new OperationFailure(codes[error.code], error.message, { cause: error });
  if (error instanceof SecretUnreadableError)
    return new OperationFailure('ISSUE_FAILED', error.message, { cause: error });
  return error;
}

/** A DNS provider that cannot be reached, or cannot be understood, is not a CA that cannot. */
export const asProviderFailure = (error: unknown): unknown =>
  error instanceof AcmeError && /^(?:UNREACHABLE|DEADLINE|UNEXPECTED_ANSWER)$/.test(error.code)
    ? (policyRefusalOf(error) ?? new OperationFailure('DNS_REFUSED', error.message, { cause: error }))
    : error;

/** Whoever operates Lockstep did not allow it; nobody at the other end can help. */
function policyRefusalOf(error: unknown): OperationFailure | undefined {
  if (!(error instanceof AcmeError)) return undefined;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (!(cause instanceof SshError) || cause.code !== 'NETWORK_NOT_ALLOWED') continue;
    const advice = 'Correct the address in the issuer, or have its network allowed in LOCKSTEP_ALLOWED_NETWORKS.';
    // Of DNS servers more than the one that the issuer names are asked: it is told which was meant.
    const words = error.code === 'DNS_REFUSED' ? error.message : cause.message;
    return new OperationFailure('NETWORK_NOT_ALLOWED', `${words} ${advice}`, { cause: error });
  }
  return undefined;
}

/** Gives the worker free until then and keeps the slot. @throws {OperationFailure} RATE_LIMITED when that is too long */
export function waitUntil(context: OperationContext, until: Date, words: string): never {
  if (until.getTime() - Date.now() > longestWaitMs) throw new OperationFailure('RATE_LIMITED', words);
  return context.park(until, words);
}
