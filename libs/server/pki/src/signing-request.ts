import 'reflect-metadata';
import { type KeyObject, createPublicKey, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { readPrivateKeyPem } from './keys.js';

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;

/** How a key signs: by ECDSA with SHA-256, or RSA PKCS#1 v1.5 with SHA-256 (RFC 8446 §4.2.3), which every client takes. */
export const algorithmOf = (key: KeyObject): typeof ecdsa | typeof rsa =>
  key.asymmetricKeyType === 'ec' ? ecdsa : rsa;

export const toCryptoKey = (key: KeyObject, usage: 'sign' | 'verify'): webcrypto.CryptoKey =>
  key.toCryptoKey(algorithmOf(key), true, [usage]);

/** A SAN for names and addresses. Critical where the subject is empty (RFC 5280 §4.2.1.6). */
export const subjectNames = (names: readonly string[], critical = false): x509.SubjectAlternativeNameExtension =>
  new x509.SubjectAlternativeNameExtension(
    names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
    critical,
  );

/** A certificate signing request for these names (RFC 2986), as PEM. The subject is empty: names are in the SAN alone. */
export async function makeSigningRequest(privateKeyPem: string, names: readonly string[]): Promise<string> {
  const key = readPrivateKeyPem(privateKeyPem);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    keys: { privateKey: toCryptoKey(key, 'sign'), publicKey: toCryptoKey(createPublicKey(privateKeyPem), 'verify') },
    signingAlgorithm: algorithmOf(key),
    extensions: [subjectNames(names, true)],
  });
  return `${request.toString('pem')}\n`;
}

/** The names that a request asks for, after its signature was checked: who sent it has the key. Null: it is not sound. */
export async function readSigningRequest(pem: string): Promise<{ names: string[]; publicKey: x509.PublicKey } | null> {
  const request = new x509.Pkcs10CertificateRequest(pem);
  if (!(await request.verify())) return null;
  const found = request.extensions.find((extension) => extension instanceof x509.SubjectAlternativeNameExtension);
  return { names: found?.names.items.map(({ value }) => value) ?? [], publicKey: request.publicKey };
}
