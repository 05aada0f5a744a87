import type { Challenge, Solver } from '../challenges/challenge.js';
import { DnsLookup, type DnsLookupOptions } from './dns-lookup.js';
import type { DnsProvider, DnsRecord } from './dns-provider.js';
import { awaitPropagation } from './propagation.js';

export interface DnsSolverOptions extends DnsLookupOptions {
  readonly provider: DnsProvider;
  /** How long the authoritative servers may take, in milliseconds; 3 minutes unless told. */
  readonly propagationMs?: number;
}

/**
 * Proves names by TXT records (RFC 8555 §8.4). A CNAME at `_acme-challenge` is followed, so that the record may be in
 * another zone than the name.
 */
export function dnsSolver({ provider, propagationMs = 180_000, ...options }: DnsSolverOptions): Solver {
  const lookup = new DnsLookup(options);
  const recordOf = async ({ location, content }: Challenge, signal: AbortSignal): Promise<DnsRecord> => ({
    name: await lookup.follow(location, signal),
    value: content,
  });
  return {
    kind: 'dns-01',
    present: async (challenge, signal) => provider.publish(await recordOf(challenge, signal), signal),
    withdraw: async (challenge, signal) => provider.remove(await recordOf(challenge, signal), signal),
    settle: async (challenges, signal) => {
      const records = await Promise.all(challenges.map((challenge) => recordOf(challenge, signal)));
      await awaitPropagation(records, { lookup, signal, deadlineMs: propagationMs });
    },
  };
}
