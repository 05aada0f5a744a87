import ipaddr from 'ipaddr.js';

export interface NetworkRule {
  readonly range: [ipaddr.IPv4 | ipaddr.IPv6, number];
  readonly firstPort: number;
  readonly lastPort: number;
}

const rule = /^(?:\[(?<bracketed>[^\]]+)\]|(?<bare>[^\s[\]]+?))(?::(?<first>\d{1,5})(?:-(?<last>\d{1,5}))?)?$/;

/**
 * Reads LOCKSTEP_ALLOWED_NETWORKS: addresses or CIDRs with an optional port or port range, separated by commas or
 * spaces: `10.0.0.0/8, 192.0.2.7:22, 198.51.100.0/24:2200-2299, fd00::/8, [fd00::/8]:22`.
 * Throws an Error that names the entry it cannot read.
 */
export function parseNetworkRules(text: string): readonly NetworkRule[] {
  return text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(parseRule);
}

function parseRule(entry: string): NetworkRule {
  const plainIpv6 = !entry.startsWith('[') && entry.split(':').length > 2;
  const found = plainIpv6 ? { bare: entry } : rule.exec(entry)?.groups;
  const network = found?.['bracketed'] ?? found?.['bare'];
  if (found === undefined || network === undefined) throw unreadable(entry);
  const firstPort = found['first'] === undefined ? 1 : Number(found['first']);
  const lastPort = found['first'] === undefined ? 65_535 : Number(found['last'] ?? found['first']);
  if (firstPort < 1 || lastPort > 65_535 || firstPort > lastPort) throw unreadable(entry);
  return { range: parseRange(network, entry), firstPort, lastPort };
}

function parseRange(network: string, entry: string): NetworkRule['range'] {
  try {
    if (network.includes('/')) return ipaddr.parseCIDR(network);
    const address = ipaddr.parse(network);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    throw unreadable(entry);
  }
}

/** A rule that cannot be read; the message is for the person who wrote it. */
class NetworkRuleError extends Error {
  override readonly name = 'NetworkRuleError';
}

const unreadable = (entry: string): Error =>
  new NetworkRuleError(
    `LOCKSTEP_ALLOWED_NETWORKS: cannot read «${entry}»; write CIDRs such as 10.0.0.0/8, 192.0.2.7:22 or [fd00::/8]:22`,
  );
