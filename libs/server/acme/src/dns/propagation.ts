import { AcmeError } from '../acme-error.js';
import { pause } from '../limit.js';
import type { Authority, DnsLookup } from './dns-lookup.js';
import type { DnsRecord } from './dns-provider.js';

const [firstMs, longestMs] = [250, 4_000];

export interface PropagationOptions {
  readonly lookup: DnsLookup;
  readonly signal: AbortSignal;
  /** Milliseconds until it counts as failed. */
  readonly deadlineMs: number;
}

/**
 * Waits until every authoritative server that answers shows all records, as the CA may ask any of them. At least one must
 * answer. @throws {AcmeError} DNS_NOT_PROPAGATED, naming the servers that lack something
 */
export async function awaitPropagation(records: readonly DnsRecord[], options: PropagationOptions): Promise<void> {
  const end = Date.now() + options.deadlineMs;
  for (const name of new Set(records.map((record) => record.name))) {
    const values = records.filter((record) => record.name === name).map(({ value }) => value);
    const authorities = await options.lookup.authoritiesOf(name, options.signal);
    for (let step = firstMs; ; step = Math.min(step * 2, longestMs)) {
      const lacking = await findLacking({ name, values, authorities }, options);
      if (lacking.length === 0) break;
      if (Date.now() + step > end) throw notPropagated(name, lacking);
      await pause(step, options.signal);
    }
  }
}

interface Wanted {
  readonly name: string;
  readonly values: readonly string[];
  readonly authorities: readonly Authority[];
}

async function findLacking(wanted: Wanted, { lookup, signal }: PropagationOptions): Promise<Authority[]> {
  const { name, values, authorities } = wanted;
  const answers = await Promise.all(
    authorities.map(async (authority) => ({ authority, texts: await lookup.textsAt(authority, name, signal) })),
  );
  const answered = answers.filter(({ texts }) => texts !== null);
  if (answered.length === 0) return [...authorities];
  return answered
    .filter(({ texts }) => !values.every((value) => texts?.includes(value)))
    .map(({ authority }) => authority);
}

function notPropagated(name: string, lacking: readonly Authority[]): AcmeError {
  const servers = lacking.map((authority) => `${authority.name} (${authority.address})`).join(', ');
  return new AcmeError('DNS_NOT_PROPAGATED', `The TXT record ${name} is not shown by ${servers}.`);
}
