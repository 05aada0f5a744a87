import type { LookupAddress } from 'node:dns';
import { Agent, type AgentOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * The addresses of a host that may be connected to at this port; only these are. Rejects, with a sentence, when there are
 * none. `host` may be an address.
 */
export type Reach = (host: string, port: number) => Promise<readonly LookupAddress[]>;

type Connecting = Parameters<Agent['createConnection']>;

/** Connects only where it may: the addresses are looked up once, judged, and then used. */
export class CheckedAgent extends Agent {
  constructor(
    options: AgentOptions,
    private readonly reach: Reach,
  ) {
    super(options);
  }

  override createConnection(options: Connecting[0], callback: NonNullable<Connecting[1]>): undefined {
    const host = String(options.host ?? '').replace(/^\[|\]$/g, '');
    this.reach(host, Number(options.port)).then(
      (addresses) => callback(null, super.createConnection({ ...options, ...onlyTo(addresses) }) as Duplex),
      (error: unknown) => callback(error as Error, undefined as never),
    );
  }
}

/** Options of a connection that goes to one of these addresses and asks nobody again. */
export const onlyTo = (addresses: readonly LookupAddress[]): { lookup: LookupFunction; autoSelectFamily: boolean } => ({
  autoSelectFamily: addresses.length > 1,
  lookup: (_host, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  },
});

/** Where nothing is judged: an address as it is, a name for the system to look up. */
export async function connectionTo(
  reach: Reach | undefined,
  host: string,
  port: number,
): Promise<Partial<ReturnType<typeof onlyTo>>> {
  return reach ? onlyTo(await reach(host, port)) : {};
}

/** Those of the addresses that may be asked, and why the first of the others may not. */
export async function reachable<Item extends { readonly address: string }>(
  items: readonly Item[],
  reach: Reach | undefined,
  port: number,
): Promise<{ allowed: Item[]; refusal: Error | undefined }> {
  if (!reach) return { allowed: [...items], refusal: undefined };
  const verdicts = await Promise.allSettled(items.map(async ({ address }) => reach(address, port)));
  const refused = verdicts.find((verdict) => verdict.status === 'rejected');
  return {
    allowed: items.filter((_, index) => verdicts[index]?.status === 'fulfilled'),
    refusal: refused?.reason as Error | undefined,
  };
}
