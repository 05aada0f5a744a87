import { type Problem, inWords } from './problem.js';

/**
 * What went wrong, for the caller to decide by:
 * `UNREACHABLE` no connection · `TLS_UNTRUSTED` its certificate is from none of the trusted roots · `DEADLINE` no end in time ·
 * `REFUSED` a problem document (RFC 8555 §6.7) · `RATE_LIMITED` come back later · `ORDER_GONE` the CA does not know the order
 * any more · `ORDER_INVALID` it will never be issued, a new one is needed · `CHALLENGE_NOT_OFFERED` the CA does not take this
 * kind of proof · `CHALLENGE_FAILED` the CA looked and did not find the proof · `DNS_REFUSED` the DNS server or provider did
 * not take the change, for certain · `DNS_NOT_PROPAGATED` not all authoritative servers show the record · `UNEXPECTED_ANSWER`
 * none of that; what was asked for may be done or not.
 */
export type AcmeErrorCode =
  | 'UNREACHABLE'
  | 'TLS_UNTRUSTED'
  | 'DEADLINE'
  | 'REFUSED'
  | 'RATE_LIMITED'
  | 'ORDER_GONE'
  | 'ORDER_INVALID'
  | 'CHALLENGE_NOT_OFFERED'
  | 'CHALLENGE_FAILED'
  | 'DNS_REFUSED'
  | 'DNS_NOT_PROPAGATED'
  | 'UNEXPECTED_ANSWER';

/** Every failure of this library but an abort of the caller's own. `message` is a sentence for people. */
export class AcmeError extends Error {
  override readonly name: string = 'AcmeError';
  /** The CA's own words, where it gave any. */
  readonly problem: Problem | undefined;
  /** With `CHALLENGE_FAILED` after a look: the names that the CA could not verify, without `*.`. */
  readonly identifiers: readonly string[];

  constructor(
    readonly code: AcmeErrorCode,
    message: string,
    details: { readonly problem?: Problem; readonly cause?: unknown; readonly identifiers?: readonly string[] } = {},
  ) {
    super(message, { cause: details.cause });
    this.problem = details.problem;
    this.identifiers = details.identifiers ?? [];
  }
}

/** The CA (or a DNS provider) asks to be left alone until then. Nothing is lost: the same step works again later. */
export class RateLimited extends AcmeError {
  override readonly name = 'RateLimited';

  constructor(
    readonly until: Date,
    message: string,
    details: { readonly problem?: Problem } = {},
  ) {
    super('RATE_LIMITED', message, details);
  }
}

/** A refusal in the CA's own words. */
export const refused = (code: AcmeErrorCode, lead: string, problem: Problem): AcmeError =>
  new AcmeError(code, `${lead}: ${inWords(problem)}`, { problem });
