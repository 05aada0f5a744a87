import { type JsonWebKey, type KeyObject, createPrivateKey } from 'node:crypto';
import type { PrivateKeyParts } from './openssh-private-key.js';
import { damaged, passphraseMissing, passphraseWrong, unsupportedKey } from './private-key-error.js';

/** PKCS#1, SEC 1 and PKCS#8 in PEM, encrypted or not (RFC 7468, and OpenSSL's older "Proc-Type" encryption). */
export const isPem = (text: string): boolean => /^-----BEGIN (?:RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY-----/.test(text);

const curves: Readonly<Record<string, string>> = { 'P-256': 'nistp256', 'P-384': 'nistp384', 'P-521': 'nistp521' };

/** Reads a PEM private key. Throws PrivateKeyError. */
export function readPem(text: string, passphrase: string | undefined): PrivateKeyParts {
  const encrypted = text.startsWith('-----BEGIN ENCRYPTED') || /^Proc-Type: 4,ENCRYPTED$/m.test(text);
  if (encrypted && passphrase === undefined) throw passphraseMissing();
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: text, format: 'pem', ...(encrypted ? { passphrase } : {}) });
  } catch (cause) {
    throw encrypted ? passphraseWrong(cause) : damaged(cause);
  }
  return partsOf(key);
}

function partsOf(key: KeyObject): PrivateKeyParts {
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type !== 'rsa' && type !== 'ec' && type !== 'ed25519') throw unsupportedKey(`A key of type ${type}`);
  let jwk: JsonWebKey;
  try {
    jwk = key.export({ format: 'jwk' });
  } catch {
    throw unsupportedKey('A key on this curve');
  }
  const part = (value: string | undefined): Buffer => Buffer.from(value ?? '', 'base64url');
  if (type === 'rsa') {
    return {
      type: 'ssh-rsa',
      n: part(jwk.n),
      e: part(jwk.e),
      d: part(jwk.d),
      iqmp: part(jwk.qi),
      p: part(jwk.p),
      q: part(jwk.q),
    };
  }
  if (type === 'ed25519') return { type: 'ssh-ed25519', publicKey: part(jwk.x), seed: part(jwk.d) };
  const curve = curves[jwk.crv ?? ''];
  if (curve === undefined) throw unsupportedKey(`A key on the curve ${jwk.crv ?? 'unknown'}`);
  const point = Buffer.concat([Buffer.from([4]), part(jwk.x), part(jwk.y)]);
  return { type: `ecdsa-sha2-${curve}`, curve, point, d: part(jwk.d) };
}
