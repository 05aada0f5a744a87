import { hkdfSync } from 'node:crypto';

/**
 * A 32-byte key for one purpose, from a root key (HKDF-SHA-256, RFC 5869). Keys of different purposes tell nothing about
 * each other, so that no key is ever used for two things.
 */
export const deriveKey = (root: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', root, new Uint8Array(0), `lockstep ${purpose} v1`, 32));
