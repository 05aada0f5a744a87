import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { ChainChange } from './acme-proxy.js';

/** The leaf alone, as from a CA that forgets its intermediate. */
export const withoutIntermediates: ChainChange = (chain) =>
  `${chain.split(/(?<=-----END CERTIFICATE-----\n)/)[0] ?? ''}`;

/** The right key, certified for other names by an authority of the test's own. */
export const forOtherNames =
  (...names: string[]): ChainChange =>
  async (_chain, signingRequest) => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
    const made = await x509.X509CertificateGenerator.create({
      subject: '',
      issuer: 'CN=A mistaken authority',
      notBefore: new Date(Date.now() - 3_600_000),
      notAfter: new Date(Date.now() + 86_400_000),
      publicKey: new x509.Pkcs10CertificateRequest(signingRequest).publicKey,
      signingKey: privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: 'dns' as const, value })),
          true,
        ),
      ],
    });
    return `${made.toString('pem')}\n`;
  };
