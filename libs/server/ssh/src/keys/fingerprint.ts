import { createHash } from 'node:crypto';

/** A host's public key as it was offered. */
export interface OfferedHostKey {
  /** The key's own type, for example ssh-ed25519 (RFC 8709) or ssh-rsa; not the signature algorithm. */
  readonly algorithm: string;
  /** The public key blob in SSH wire format (RFC 4253 §6.6). */
  readonly key: Buffer;
  readonly fingerprint: string;
}

/** SHA-256 of a public key blob as `ssh-keygen -lf` prints it: base64 without padding. */
export const fingerprintOf = (publicKey: Buffer): string =>
  `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;

/** Reads a public key blob. Returns null when it does not begin with the name of its type. */
export function describeHostKey(key: Buffer): OfferedHostKey | null {
  if (key.length < 4) return null;
  const length = key.readUInt32BE(0);
  if (length === 0 || length > 64 || key.length <= 4 + length) return null;
  const algorithm = key.toString('latin1', 4, 4 + length);
  if (!/^[a-z0-9][a-z0-9@.-]*$/.test(algorithm)) return null;
  return { algorithm, key, fingerprint: fingerprintOf(key) };
}
