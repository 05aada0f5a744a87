import type { ChallengeSettings, DnsProviderSettings, Issuer } from '@lockstep/contract';
import { authorityOf } from './authorities';

/** What kind of issuer this is. */
export function issuerTitle({ acme, internal }: Pick<Issuer, 'acme' | 'internal'>): string {
  if (internal) return $localize`Internal authority`;
  if (acme) return authorityOf(acme.directoryUrl)?.title ?? $localize`ACME`;
  return $localize`By hand`;
}

/** How it sees that a name is ours. */
export function proofWords(challenge: ChallengeSettings): string {
  if (challenge.kind === 'dns-01') return $localize`DNS-01, by ${providerWords(challenge.provider)}:PROVIDER:`;
  return challenge.answeredBy === 'lockstep'
    ? $localize`HTTP-01, answered by Lockstep`
    : $localize`HTTP-01, by a file in ${challenge.folder}:FOLDER:`;
}

function providerWords(provider: DnsProviderSettings): string {
  switch (provider.kind) {
    case 'rfc2136':
      return $localize`updates of ${provider.server}:SERVER:`;
    case 'cloudflare':
      return $localize`Cloudflare`;
    case 'route53':
      return $localize`Route 53`;
    case 'command':
      return $localize`the program ${provider.program}:PROGRAM:`;
  }
}

/** What speaks against having these names signed by it, or should be known before. */
export function issuerAdvice(issuer: Issuer | undefined, names: readonly string[]): string | null {
  const { acme, kind } = issuer ?? {};
  if (kind === 'manual')
    return $localize`Somebody has to carry each request to the authority; nothing renews it by itself.`;
  if (!acme) return null;
  const isPublic = authorityOf(acme.directoryUrl) !== undefined;
  const inner = names.find(isInternal);
  if (isPublic && inner !== undefined)
    return $localize`“${inner}:NAME:” is no public name: no public authority signs for it. Choose the internal authority.`;
  const wildcard = names.find((name) => name.startsWith('*.'));
  if (wildcard !== undefined && acme.challenge.kind !== 'dns-01')
    return $localize`“${wildcard}:NAME:” is proved by DNS alone: choose an issuer with DNS-01.`;
  const address = names.find(isAddress);
  if (address !== undefined && acme.challenge.kind === 'dns-01')
    return $localize`The address ${address}:ADDRESS: is never proved by DNS: choose an issuer with HTTP-01.`;
  return null;
}

const isAddress = (name: string): boolean => /^[0-9.]+$/.test(name) || name.includes(':');

/** Names that are never in the public DNS (RFC 6761, RFC 8375, RFC 6762), and addresses of private networks. */
const isInternal = (name: string): boolean =>
  isAddress(name)
    ? /^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd]|fe80:|::1$)/i.test(name)
    : !name.includes('.') ||
      /\.(?:local|localhost|internal|intranet|lan|corp|home|test|invalid|example|home\.arpa)$/.test(name);
