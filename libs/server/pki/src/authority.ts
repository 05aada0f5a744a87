import 'reflect-metadata';
import { createPublicKey, randomBytes } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { generatePrivateKey, readPrivateKeyPem } from './keys.js';
import { constrainNames } from './name-constraints.js';
import { PkiError } from './pem.js';
import { algorithmOf, readSigningRequest, subjectNames, toCryptoKey } from './signing-request.js';

const dayMs = 86_400_000;
const rootDays = 3_650;
const issuingDays = 1_825;
/** Clients whose clocks are a little behind take it at once. */
const backdateMs = 3_600_000;

/** A root and the authority below it that signs, each with its key. All PEM. */
export interface Authority {
  readonly root: string;
  readonly rootKey: string;
  readonly issuing: string;
  readonly issuingKey: string;
}

/**
 * Makes a root (10 years) and an issuing authority below it (5 years), both on P-256. With `permittedNames` both bear a name
 * constraint, so that a client refuses whatever else they should sign.
 */
export async function makeAuthority(options: {
  readonly name: string;
  readonly permittedNames: readonly string[];
  readonly at: Date;
}): Promise<Authority> {
  const [rootKey, issuingKey] = await Promise.all([generatePrivateKey('ecdsa-p256'), generatePrivateKey('ecdsa-p256')]);
  const rootName = new x509.Name([{ CN: [`${options.name} root`], O: ['Lockstep'] }]);
  const issuingName = new x509.Name([{ CN: [`${options.name} issuing`], O: ['Lockstep'] }]);
  const sign = (part: {
    key: string;
    subject: x509.Name;
    days: number;
    below: number;
  }): Promise<x509.X509Certificate> => signAuthority({ ...part, issuer: rootName, rootKey, options });
  const root = await sign({ key: rootKey, subject: rootName, days: rootDays, below: 1 });
  const issuing = await sign({ key: issuingKey, subject: issuingName, days: issuingDays, below: 0 });
  return { root: textOf(root), rootKey, issuing: textOf(issuing), issuingKey };
}

async function signAuthority(part: {
  key: string;
  subject: x509.Name;
  issuer: x509.Name;
  rootKey: string;
  days: number;
  below: number;
  options: { permittedNames: readonly string[]; at: Date };
}): Promise<x509.X509Certificate> {
  const { at, permittedNames } = part.options;
  const publicKey = publicOf(part.key);
  const constraint = constrainNames(permittedNames);
  return x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: part.subject.toString(),
    issuer: part.issuer.toString(),
    notBefore: new Date(at.getTime() - backdateMs),
    notAfter: new Date(at.getTime() + part.days * dayMs),
    publicKey,
    ...signer(part.rootKey),
    extensions: [
      new x509.BasicConstraintsExtension(true, part.below, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(publicOf(part.rootKey)),
      ...(constraint ? [constraint] : []),
    ],
  });
}

/**
 * Signs what a request asks for, for TLS servers. Not valid beyond the authority itself.
 * @throws {PkiError} when the request is not signed by its own key, or is for other names than `names`.
 */
export async function issueCertificate(options: {
  readonly authority: Pick<Authority, 'issuing' | 'issuingKey'>;
  readonly request: string;
  readonly names: readonly string[];
  readonly days: number;
  readonly at: Date;
}): Promise<string> {
  const { authority, names, days, at } = options;
  const request = await readSigningRequest(options.request);
  if (!request) throw new PkiError('The request is not signed by its own key.');
  if (request.names.length !== names.length) throw new PkiError('The request is for other names than the certificate.');
  const issuing = new x509.X509Certificate(authority.issuing);
  const end = Math.min(at.getTime() + days * dayMs, issuing.notAfter.getTime());
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    // Without a subject the names stand in a critical SAN alone (RFC 5280 §4.1.2.6).
    issuer: issuing.subject,
    notBefore: new Date(at.getTime() - backdateMs),
    notAfter: new Date(end),
    publicKey: request.publicKey,
    ...signer(authority.issuingKey),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      subjectNames(names, true),
      await x509.SubjectKeyIdentifierExtension.create(request.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuing.publicKey),
    ],
  });
  return textOf(certificate);
}

const textOf = (certificate: x509.X509Certificate): string => `${certificate.toString('pem').trim()}\n`;

/** 127 random bits: positive, and beyond guessing (RFC 5280 §4.1.2.2). */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

const publicOf = (privateKeyPem: string): ReturnType<typeof toCryptoKey> =>
  toCryptoKey(createPublicKey(privateKeyPem), 'verify');

function signer(privateKeyPem: string) {
  const key = readPrivateKeyPem(privateKeyPem);
  return { signingKey: toCryptoKey(key, 'sign'), signingAlgorithm: algorithmOf(key) };
}
