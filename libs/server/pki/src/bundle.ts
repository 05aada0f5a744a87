import 'reflect-metadata';
import { type KeyObject, X509Certificate, createPrivateKey } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { PkiError, readCertificates } from './pem.js';
import { isSelfSigned, walk } from './problems.js';

/** A chain has three or four; whoever sends more sends something else, and each costs the time to read it. */
const mostCertificates = 20;
const pkcs7 = /-----BEGIN (?:PKCS7|CMS)-----([A-Za-z0-9+/=\s]+)-----END (?:PKCS7|CMS)-----/;

/**
 * The certificates that a person brings, in their order: PEM with whatever text between, or PKCS#7 in PEM (RFC 7468 §8).
 * @throws {PkiError} also for a text that holds a private key: it belongs nowhere but to its host.
 */
export function readBundle(text: string): [X509Certificate, ...X509Certificate[]] {
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text))
    throw new PkiError('This text holds a private key, which does not belong here. Nothing of it was kept.');
  if ((text.match(/-----BEGIN CERTIFICATE-----/g) ?? []).length > mostCertificates)
    throw new PkiError(
      `At most ${String(mostCertificates)} certificates are taken; send the leaf and its chain alone.`,
    );
  const packed = pkcs7.exec(text)?.[1];
  return packed === undefined ? readCertificates(text) : readPkcs7(packed);
}

function readPkcs7(base64: string): [X509Certificate, ...X509Certificate[]] {
  try {
    const packed = new x509.X509Certificates(Buffer.from(base64, 'base64'));
    const [first, ...others] = packed
      .slice(0, mostCertificates)
      .map(({ rawData }) => new X509Certificate(Buffer.from(rawData)));
    if (first) return [first, ...others];
  } catch (cause) {
    throw new PkiError('This PKCS#7 cannot be read.', { cause });
  }
  throw new PkiError('There is no certificate in this PKCS#7.');
}

/**
 * Leaf first, then each authority that signed the one before (RFC 8446 §4.4.2). What does not belong there is left out, and so
 * is a root at the end, which clients have or do not trust. `endsAtRoot`: such a root was among what was brought.
 */
export function arrangeChain(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
): { chain: [X509Certificate, ...X509Certificate[]]; endsAtRoot: boolean } {
  const way = walk([leaf, ...others]).slice(1);
  const last = way.at(-1);
  const endsAtRoot = last !== undefined && isSelfSigned(last);
  return { chain: [leaf, ...(endsAtRoot ? way.slice(0, -1) : way)], endsAtRoot };
}

/** A private key as PKCS#8 PEM, unencrypted. @throws {PkiError} also for a wrong passphrase or a missing one. */
export function readPrivateKey(pem: string, passphrase?: string): string {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
  } catch (cause) {
    const isEncrypted = /ENCRYPTED/.test(pem);
    if (isEncrypted && passphrase === undefined)
      throw new PkiError('The private key is encrypted: tell its passphrase.');
    throw new PkiError(
      isEncrypted
        ? 'The private key does not open with this passphrase.'
        : 'The private key cannot be read; send it as PEM.',
      { cause },
    );
  }
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
