import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { type NetworkRule, parseNetworkRules } from './network-rules.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface NetworkPolicyOptions {
  /** LOCKSTEP_ALLOWED_NETWORKS; empty or undefined: private and public networks. */
  readonly allowedNetworks?: string;
  /** HOST and PORT that Lockstep itself listens on; port 0 until the system has chosen one, see `listensOn`. */
  readonly listenHost: string;
  readonly listenPort: number;
}

export interface NetworkEndpoint {
  readonly address: string;
  readonly port: number;
}

export type NetworkVerdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

const never = [
  ['0.0.0.0/8', 'it is an unspecified address'],
  ['169.254.0.0/16', 'it is a link-local or metadata address'],
  ['100.100.100.200/32', 'it is a metadata address'],
  ['168.63.129.16/32', 'it is a metadata address'],
  ['224.0.0.0/4', 'it is a multicast address'],
  ['240.0.0.0/4', 'it is a reserved or broadcast address'],
  ['::/128', 'it is an unspecified address'],
  ['fe80::/10', 'it is a link-local address'],
  ['fd00:ec2::254/128', 'it is a metadata address'],
  ['fd20:ce::254/128', 'it is a metadata address'],
  ['ff00::/8', 'it is a multicast address'],
] as const;

/**
 * Where connections may go. Link-local, metadata, multicast and unspecified addresses and Lockstep's own port are
 * refused whatever is configured; an explicit list replaces the default of "everything else, loopback only while
 * Lockstep itself listens on loopback".
 */
export class NetworkPolicy {
  readonly #rules: readonly NetworkRule[] | null;
  readonly #exceptions = new Set<string>();
  #listenPort: number;
  readonly #listenAddress: Address | null;
  readonly #loopbackAllowed: boolean;

  /** Throws an Error with one sentence when `allowedNetworks` cannot be read. */
  constructor(options: NetworkPolicyOptions) {
    const text = options.allowedNetworks?.trim() ?? '';
    this.#rules = text === '' ? null : parseNetworkRules(text);
    this.#listenPort = options.listenPort;
    this.#listenAddress = ipaddr.isValid(options.listenHost) ? plain(ipaddr.parse(options.listenHost)) : null;
    this.#loopbackAllowed = options.listenHost === 'localhost' || this.#listenAddress?.range() === 'loopback';
  }

  /** Tells the port that the system chose where PORT is 0. */
  listensOn(port: number): void {
    this.#listenPort = port;
  }

  /** Lets connections reach one loopback port of this process whatever else is configured: the demo hosts. */
  allowOwnService(port: number): void {
    this.#exceptions.add(`127.0.0.1 ${String(port)}`);
  }

  isOwnService(address: string, port: number): boolean {
    return this.#exceptions.has(`${address} ${String(port)}`);
  }

  /** Judges an address that Lockstep itself would connect to. `address` must be an IP address, not a name. */
  check({ address, port }: NetworkEndpoint): NetworkVerdict {
    if (!ipaddr.isValid(address)) return refused(`${address} is not an IP address`);
    const target = plain(ipaddr.parse(address));
    if (this.#exceptions.has(`${target.toString()} ${String(port)}`)) return { allowed: true };
    return (
      this.#checkNever(target) ??
      this.#checkOwnPort(target, port) ??
      (this.#rules === null ? this.#checkDefault(target) : this.#checkRules(target, port))
    );
  }

  /**
   * Judges a host as its jump host would see it. Names are resolved there and cannot be checked here; loopback is the
   * jump host's own. What is never allowed stays refused, and so does what an explicit list leaves out.
   */
  checkBeyondJump(host: string, port: number): NetworkVerdict {
    if (!ipaddr.isValid(host)) return { allowed: true };
    const target = plain(ipaddr.parse(host));
    if (target.range() === 'loopback') return { allowed: true };
    return this.#checkNever(target) ?? (this.#rules === null ? { allowed: true } : this.#checkRules(target, port));
  }

  #checkNever(target: Address): NetworkVerdict | undefined {
    const hit = never.find(([range]) => within(target, ipaddr.parseCIDR(range)));
    return hit && refused(`${target.toString()} is refused: ${hit[1]}`);
  }

  #checkOwnPort(target: Address, port: number): NetworkVerdict | undefined {
    if (port !== this.#listenPort || !this.#isOwn(target)) return undefined;
    return refused(`${target.toString()}:${String(port)} is Lockstep itself`);
  }

  #isOwn(target: Address): boolean {
    if (target.range() === 'loopback') return true;
    if (this.#listenAddress?.toString() === target.toString()) return true;
    const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    return own.some(
      ({ address }) => ipaddr.isValid(address) && plain(ipaddr.parse(address)).toString() === target.toString(),
    );
  }

  #checkDefault(target: Address): NetworkVerdict {
    if (target.range() !== 'loopback' || this.#loopbackAllowed) return { allowed: true };
    return refused(
      `${target.toString()} is refused: loopback is allowed only while Lockstep itself listens on loopback`,
    );
  }

  #checkRules(target: Address, port: number): NetworkVerdict {
    const allowed = (this.#rules ?? []).some(
      (rule) => within(target, rule.range) && port >= rule.firstPort && port <= rule.lastPort,
    );
    return allowed
      ? { allowed }
      : refused(`${target.toString()} port ${String(port)} is not in LOCKSTEP_ALLOWED_NETWORKS`);
  }
}

const refused = (reason: string): NetworkVerdict => ({ allowed: false, reason });

const within = (target: Address, range: [Address, number]): boolean =>
  target.kind() === range[0].kind() && target.match(range);

const embeddings: readonly { readonly prefix: string; readonly offset: number }[] = [
  { prefix: '::ffff:0:0/96', offset: 12 },
  { prefix: '64:ff9b::/96', offset: 12 },
  { prefix: '2002::/16', offset: 2 },
];

/**
 * IPv4 addresses in IPv6 clothes (mapped RFC 4291 §2.5.5.2, NAT64 RFC 6052, 6to4 RFC 3056, compatible RFC 4291 §2.5.5.1)
 * are judged as what they lead to.
 */
function plain(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const bytes = address.toByteArray();
  const hit = embeddings.find(({ prefix }) => within(address, ipaddr.parseCIDR(prefix)));
  if (hit) return new ipaddr.IPv4(bytes.slice(hit.offset, hit.offset + 4));
  const compatible = bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12, 14).some((byte) => byte !== 0);
  return compatible ? new ipaddr.IPv4(bytes.slice(12)) : address;
}
