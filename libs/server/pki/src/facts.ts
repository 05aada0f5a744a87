import 'reflect-metadata';
import type { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '@lockstep/contract';
import * as x509 from '@peculiar/x509';
import { nameKey } from './keys.js';

/** What a certificate says about itself, as it goes over the wire. */
export const factsOf = (certificate: X509Certificate): CertificateFacts => ({
  subject: onOneLine(certificate.subject),
  issuer: onOneLine(certificate.issuer),
  names: namesOf(certificate),
  serialNumber: certificate.serialNumber.toLowerCase(),
  fingerprint: certificate.fingerprint256,
  keyType: nameKey(certificate.publicKey),
  notBefore: certificate.validFromDate.toISOString(),
  notAfter: certificate.validToDate.toISOString(),
});

/** The names that it is for: DNS names and addresses of its SAN (RFC 5280 §4.2.1.6), lower-case, in its order. */
export function namesOf(certificate: X509Certificate): string[] {
  const extension = new x509.X509Certificate(certificate.raw).getExtension(x509.SubjectAlternativeNameExtension);
  const items = extension?.names.items ?? [];
  return items.filter(({ type }) => type === 'dns' || type === 'ip').map(({ value }) => value.toLowerCase());
}

/** The algorithm that it was signed with, for example `SHA-256`; empty where the signature has no hash of its own. */
export function signatureHashOf(certificate: X509Certificate): string {
  const { hash } = new x509.X509Certificate(certificate.raw).signatureAlgorithm as { hash?: { name: string } };
  return hash?.name ?? '';
}

/** Node gives a line for each part of a distinguished name. */
const onOneLine = (name: string | undefined): string => (name ?? '').split('\n').join(', ');
