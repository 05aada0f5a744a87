import { createHmac, timingSafeEqual } from 'node:crypto';
import { type OfferedHostKey, describeHostKey } from './fingerprint.js';

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost extends OfferedHostKey {
  readonly line: number;
  /** Names in clear, as written; empty when the name is hashed. */
  readonly patterns: readonly string[];
  readonly hashed: { readonly salt: Buffer; readonly hash: Buffer } | null;
}

export interface KnownHosts {
  readonly hosts: readonly KnownHost[];
  /** Lines that are neither empty nor comments and were not taken: unreadable, @revoked, @cert-authority. */
  readonly ignored: number;
}

/** Reads a known_hosts file. Never throws; what cannot be read is counted. */
export function parseKnownHosts(text: string): KnownHosts {
  const lines = text.split(/\r?\n/).map((content, index) => ({ content: content.trim(), line: index + 1 }));
  const meant = lines.filter(({ content }) => content !== '' && !content.startsWith('#'));
  const hosts = meant.map(parseLine).filter((host) => host !== null);
  return { hosts, ignored: meant.length - hosts.length };
}

function parseLine({ content, line }: { content: string; line: number }): KnownHost | null {
  const [names = '', algorithm = '', blob = ''] = content.split(/\s+/);
  if (names.startsWith('@') || !/^[A-Za-z0-9+/]+={0,2}$/.test(blob)) return null;
  const key = describeHostKey(Buffer.from(blob, 'base64'));
  if (key === null || key.algorithm !== algorithm) return null;
  const hashed = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/.exec(names);
  if (names.startsWith('|') && hashed === null) return null;
  return {
    ...key,
    line,
    patterns: hashed ? [] : names.split(',').filter((name) => name !== ''),
    hashed: hashed && { salt: Buffer.from(hashed[1] ?? '', 'base64'), hash: Buffer.from(hashed[2] ?? '', 'base64') },
  };
}

/** How known_hosts writes an endpoint: the bare name on port 22, else `[name]:port`. Lower case, as ssh(1) compares it. */
export const knownHostName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${String(port)}`;

/** Whether a line is about an endpoint, by its `knownHostName`. One HMAC-SHA1 for a hashed line. */
export function matchesKnownHost(known: KnownHost, name: string): boolean {
  if (known.hashed) {
    const hash = createHmac('sha1', known.hashed.salt).update(name).digest();
    return hash.length === known.hashed.hash.length && timingSafeEqual(hash, known.hashed.hash);
  }
  const matches = (pattern: string): boolean => wildcard(pattern.toLowerCase()).test(name);
  const [refused, named] = [
    known.patterns.filter((p) => p.startsWith('!')),
    known.patterns.filter((p) => !p.startsWith('!')),
  ];
  return named.some(matches) && !refused.some((pattern) => matches(pattern.slice(1)));
}

const wildcard = (pattern: string): RegExp => {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\*+/g, '.*').replaceAll('?', '.')}$`);
};
