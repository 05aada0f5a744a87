import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { AcmeError } from '../acme-error.js';
import { within } from '../limit.js';
import { type Reach, reachable } from '../reach.js';
import { zoneCandidates } from './dns-provider.js';

export interface DnsLookupOptions {
  /** Resolvers to ask, `address` or `address:port`; the system's unless told. */
  readonly resolvers?: readonly string[];
  /** Where authoritative servers listen; 53 unless told. */
  readonly authoritativePort?: number;
  /** Which authoritative servers may be asked; all unless told. */
  readonly reach?: Reach;
}

/** One address of an authoritative server. */
export interface Authority {
  readonly name: string;
  readonly address: string;
}

const answerMs = 3_000;
const longestAliasChain = 8;
const nothingThere = new Set(['ENODATA', 'ENOTFOUND']);

/** What DNS says: through resolvers where that is enough, from a zone's own servers where caches must not answer. */
export class DnsLookup {
  constructor(private readonly options: DnsLookupOptions = {}) {}

  /** Where a name leads through CNAMEs (RFC 8555 §8.4 follows them too). */
  async follow(name: string, signal: AbortSignal): Promise<string> {
    let known = name;
    for (let step = 0; step < longestAliasChain; step += 1) {
      const [next] = await this.ask(signal, (resolver) => resolver.resolveCname(known));
      if (next === undefined) return known;
      known = next;
    }
    throw new AcmeError('DNS_REFUSED', `${name} leads through more than ${String(longestAliasChain)} aliases.`);
  }

  /** All addresses of the servers of the zone that `name` is in. @throws {AcmeError} DNS_REFUSED when there are none */
  async authoritiesOf(name: string, signal: AbortSignal): Promise<Authority[]> {
    for (const zone of zoneCandidates(name)) {
      const names = await this.ask(signal, (resolver) => resolver.resolveNs(zone));
      if (names.length === 0) continue;
      const found = await Promise.all(names.map((server) => this.addressesOf(server, signal)));
      const known = found.flat();
      const { reach, authoritativePort = 53 } = this.options;
      const { allowed, refusal } = await reachable(known, reach, authoritativePort);
      if (allowed.length > 0) return allowed;
      if (refusal)
        throw new AcmeError('DNS_REFUSED', `The name servers of ${zone} cannot be asked: ${refusal.message}`, {
          cause: refusal,
        });
      throw new AcmeError('DNS_REFUSED', `The name servers of ${zone} have no addresses: ${names.join(', ')}.`);
    }
    throw new AcmeError('DNS_REFUSED', `DNS knows no zone that ${name} is in.`);
  }

  /** The TXT values that one server itself has; null: it did not answer. */
  async textsAt({ address }: Authority, name: string, signal: AbortSignal): Promise<string[] | null> {
    const port = String(this.options.authoritativePort ?? 53);
    const server = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
    try {
      const texts = await this.ask(signal, (resolver) => resolver.resolveTxt(name), [server]);
      return texts.map((parts) => parts.join(''));
    } catch {
      signal.throwIfAborted();
      return null;
    }
  }

  private async addressesOf(server: string, signal: AbortSignal): Promise<Authority[]> {
    const addresses = await Promise.all([
      this.ask(signal, (resolver) => resolver.resolve4(server)),
      this.ask(signal, (resolver) => resolver.resolve6(server)),
    ]);
    return addresses.flat().map((address) => ({ name: server, address }));
  }

  /** Nothing there is an empty list; everything else that goes wrong is thrown. */
  private async ask<Item>(
    signal: AbortSignal,
    question: (resolver: Resolver) => Promise<Item[]>,
    servers = this.options.resolvers,
  ): Promise<Item[]> {
    const resolver = new Resolver({ timeout: answerMs, tries: 2 });
    if (servers) resolver.setServers([...servers]);
    return within({ deadlineMs: answerMs * 4, signal }, 'A question to DNS', () => question(resolver)).catch(
      (error: unknown) => {
        resolver.cancel();
        const { code = '', message } = error as NodeJS.ErrnoException;
        if (nothingThere.has(code)) return [];
        if (error instanceof AcmeError || signal.aborted) throw error;
        throw new AcmeError('DNS_REFUSED', `DNS did not answer: ${message}.`, { cause: error });
      },
    );
  }
}
