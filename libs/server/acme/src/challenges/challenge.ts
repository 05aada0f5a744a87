import type { Authorization } from 'acme-client';
import { AcmeError } from '../acme-error.js';

/** HTTP-01 (RFC 8555 §8.3) or DNS-01 (§8.4). */
export type ChallengeKind = 'http-01' | 'dns-01';

/** What must be published for the CA to see. It can be turned into JSON and back. */
export interface Challenge {
  readonly kind: ChallengeKind;
  /** The name that is proved, without `*.`. */
  readonly identifier: string;
  /** HTTP-01: the path, on port 80. DNS-01: the name of the TXT record. */
  readonly location: string;
  /** HTTP-01: the whole file. DNS-01: the value of the record. */
  readonly content: string;
}

/**
 * Publishes proofs. `present` may be called again for what is there already, `withdraw` for what is not there: after a
 * crash nobody knows. A wildcard and its apex give two challenges with one location and two contents: both must be there
 * at once.
 */
export interface Solver {
  readonly kind: ChallengeKind;
  present(challenge: Challenge, signal: AbortSignal): Promise<void>;
  /** Ends when all of them can be seen from outside; called once, after the last `present`. */
  settle?(challenges: readonly Challenge[], signal: AbortSignal): Promise<void>;
  withdraw(challenge: Challenge, signal: AbortSignal): Promise<void>;
}

/** The part of an authorization that proves it in one way. */
export interface Proof {
  readonly authorization: Authorization;
  readonly offered: Authorization['challenges'][number];
}

/** Finds the challenge of this kind. @throws {AcmeError} CHALLENGE_NOT_OFFERED, CHALLENGE_FAILED */
export function chooseProof(authorization: Authorization, kind: ChallengeKind): Proof {
  const { identifier, wildcard, challenges } = authorization;
  const name = wildcard ? `*.${identifier.value}` : identifier.value;
  if (authorization.status !== 'pending')
    throw new AcmeError('CHALLENGE_FAILED', `The authorization of ${name} is ${authorization.status}.`);
  const offered = challenges.find(({ type }) => type === kind);
  if (!offered) {
    const kinds = challenges.map(({ type }) => type).join(', ');
    const advice = wildcard && kind === 'http-01' ? ' A wildcard needs DNS-01.' : '';
    throw new AcmeError(
      'CHALLENGE_NOT_OFFERED',
      `For ${name} the CA offers ${kinds || 'nothing'}, not ${kind}.${advice}`,
    );
  }
  return { authorization, offered };
}

/** What to publish. `content` is the key authorization, or its digest for DNS-01. */
export function toChallenge({ authorization, offered }: Proof, content: string): Challenge {
  const identifier = authorization.identifier.value;
  // It becomes the name of a file (RFC 8555 §8.3: base64url).
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(offered.token))
    throw new AcmeError('UNEXPECTED_ANSWER', 'The CA gave a token that is none (RFC 8555 §8.1).');
  const location =
    offered.type === 'http-01' ? `/.well-known/acme-challenge/${offered.token}` : `_acme-challenge.${identifier}`;
  return { kind: offered.type, identifier, location, content };
}

export const sameChallenge = (one: Challenge, other: Challenge): boolean =>
  one.kind === other.kind &&
  one.identifier === other.identifier &&
  one.location === other.location &&
  one.content === other.content;
