import 'reflect-metadata';
import { X509Certificate, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { algorithmOf, subjectNames, toCryptoKey } from './signing-request.js';

/** Someone who can sign: a key pair with its certificate. */
export interface Party {
  readonly name: string;
  readonly key: string;
  readonly certificate: X509Certificate;
}

export interface PartyOptions {
  readonly issuer?: Party;
  readonly names?: string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly isAuthority?: boolean;
  readonly rsaBits?: number;
  readonly hash?: 'SHA-1' | 'SHA-256';
}

const day = 86_400_000;

/** A certificate made for a test, signed by `issuer` or by itself. */
export async function makeParty(name: string, options: PartyOptions = {}): Promise<Party> {
  const { privateKey } = options.rsaBits
    ? generateKeyPairSync('rsa', { modulusLength: options.rsaBits })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = createPrivateKey(options.issuer?.key ?? key);
  const made = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${options.issuer?.name ?? name}`,
    notBefore: options.notBefore ?? new Date(Date.now() - day),
    notAfter: options.notAfter ?? new Date(Date.now() + 30 * day),
    publicKey: toCryptoKey(createPublicKey(key), 'verify'),
    signingKey: signer.toCryptoKey({ ...algorithmOf(signer), hash: options.hash ?? 'SHA-256' }, true, ['sign']),
    signingAlgorithm: { ...algorithmOf(signer), hash: options.hash ?? 'SHA-256' },
    extensions: [
      new x509.BasicConstraintsExtension(options.isAuthority ?? false, undefined, true),
      ...(options.names ? [subjectNames(options.names)] : []),
    ],
  });
  return { name, key, certificate: new X509Certificate(made.toString('pem')) };
}
