import { type KeyObject, type X509Certificate, createPrivateKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyType } from '@lockstep/contract';
import { PkiError } from './pem.js';

const generate = promisify(generateKeyPair);

/** A new private key as PKCS#8 PEM (RFC 7468 §10), unencrypted. RSA 4096 may take a second. */
export async function generatePrivateKey(type: KeyType): Promise<string> {
  const { privateKey } =
    type === 'ecdsa-p256'
      ? await generate('ec', { namedCurve: 'P-256' })
      : await generate('rsa', { modulusLength: type === 'rsa-2048' ? 2_048 : 4_096 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** @throws {PkiError} */
export function readPrivateKeyPem(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new PkiError('The private key cannot be read.', { cause });
  }
}

/** Whether this is the private key of that certificate. @throws {PkiError} for a key that cannot be read */
export const keyFits = (certificate: X509Certificate, privateKeyPem: string): boolean =>
  certificate.checkPrivateKey(readPrivateKeyPem(privateKeyPem));

const curves: Readonly<Record<string, string>> = { prime256v1: 'p256', secp384r1: 'p384', secp521r1: 'p521' };

/** `ecdsa-p256`, `rsa-2048`, `ed25519`: the kind of key and its strength, in the contract's words where it has one. */
export function nameKey(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type === 'ec') return `ecdsa-${curves[namedCurve ?? ''] ?? namedCurve ?? 'unknown'}`;
  return modulusLength === undefined ? type : `${type}-${String(modulusLength)}`;
}

/** RSA and DSA below 2,048 bits, and curves below 224 (NIST SP 800-131A §3). */
export function isWeakKey(key: KeyObject): boolean {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined) return modulusLength < 2_048;
  return /^(?:secp(?:112|128|160|192)|prime192|sect(?:113|131|163|193))/.test(namedCurve ?? '');
}
