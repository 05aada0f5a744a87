import { X509Certificate } from 'node:crypto';

/** Text that is not what it should be. `message` is a sentence for people. */
export class PkiError extends Error {
  override readonly name = 'PkiError';
}

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * The certificates of a PEM text (RFC 7468 §5), in its order; what stands between them is passed over.
 * @throws {PkiError} when there is none, or one that cannot be read.
 */
export function readCertificates(pem: string): [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = (pem.match(block) ?? []).map((text, index) => readCertificate(text, index + 1));
  if (!first) throw new PkiError('There is no certificate in this text.');
  return [first, ...others];
}

/** The same as PEM, each ending its line. */
export const toPem = (certificates: readonly X509Certificate[]): string =>
  certificates.map((certificate) => `${certificate.toString().trim()}\n`).join('');

function readCertificate(text: string, number: number): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new PkiError(`Certificate ${String(number)} in this text cannot be read.`, { cause });
  }
}
