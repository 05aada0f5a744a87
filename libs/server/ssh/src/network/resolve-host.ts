import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { SshError } from '../ssh-error.js';
import { type StageLimit, withinDeadline } from '../within-deadline.js';
import type { NetworkPolicy } from './network-policy.js';

/** A host whose addresses were looked up once and passed the policy; only these are ever connected to. */
export interface ResolvedHost {
  readonly host: string;
  readonly port: number;
  /** At least one, in the resolver's order. */
  readonly addresses: readonly LookupAddress[];
}

export interface ResolveRequest {
  readonly host: string;
  readonly port: number;
  readonly policy: NetworkPolicy;
}

/**
 * Looks the host up once and keeps the addresses that the policy allows.
 * Errors: NAME_NOT_RESOLVED (also when the resolver does not answer in time), NETWORK_NOT_ALLOWED.
 */
export async function resolveHost(request: ResolveRequest, limit: StageLimit): Promise<ResolvedHost> {
  const { host, port, policy } = request;
  const found = await withinDeadline(
    {
      ...limit,
      timeout: () => new SshError('NAME_NOT_RESOLVED', `The name server did not answer in time for ${host}.`),
    },
    () => lookUp(host),
  );
  const verdicts = found.map((entry) => ({ entry, verdict: policy.check({ address: entry.address, port }) }));
  const addresses = verdicts.flatMap(({ entry, verdict }) => (verdict.allowed ? [entry] : []));
  const refused = verdicts.flatMap(({ verdict }) => (verdict.allowed ? [] : [verdict.reason]));
  if (addresses.length === 0)
    throw new SshError('NETWORK_NOT_ALLOWED', `Lockstep may not reach ${host}: ${refused.join('; ')}.`);
  return { host, port, addresses };
}

async function lookUp(host: string): Promise<LookupAddress[]> {
  try {
    const found = await lookup(host, { all: true, order: 'verbatim' });
    if (found.length > 0) return found;
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'EAI_AGAIN'
        ? 'the name server cannot be reached'
        : 'there is no such name';
    throw new SshError('NAME_NOT_RESOLVED', `${host} has no address: ${reason}.`, { cause });
  }
  throw new SshError('NAME_NOT_RESOLVED', `${host} has no address.`);
}
