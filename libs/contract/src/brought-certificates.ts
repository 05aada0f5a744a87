/** Certificates that a person brings: signed by an authority outside on a request of ours, or with a key of their own. */
import * as z from 'zod';
import { CertificateInput } from './certificates.js';

/** A leaf with its chain in any order: PEM (RFC 7468 §5), or PKCS#7 in PEM (RFC 7468 §8). At most 20 certificates. */
const CertificateText = z.string().min(1).max(65_536);

const certificate = CertificateText.describe('The certificate with its chain, in any order, as PEM or PKCS#7 in PEM.');
const allowUnknownAuthority = z
  .boolean()
  .default(false)
  .describe('The chain may end at an authority that is neither sent nor well-known: clients know it.');

export const IssuedInput = z.strictObject({ certificate, allowUnknownAuthority }).meta({ id: 'IssuedInput' });
export type IssuedInput = z.input<typeof IssuedInput>;

const keyFields = {
  /** Write-only: never part of any answer. */
  privateKey: z
    .string()
    .min(1)
    .max(32_768)
    .describe('PEM: PKCS#8 (RFC 5958), PKCS#1 or SEC 1, encrypted or not. Sealed at once and never told again.'),
  passphrase: z.string().min(1).max(1_000).optional().describe('Of an encrypted private key. It is not kept.'),
};

/** The next certificate, with its key, for one that is there. */
export const UploadInput = z
  .strictObject({ certificate, allowUnknownAuthority, ...keyFields })
  .meta({ id: 'UploadInput' });
export type UploadInput = z.input<typeof UploadInput>;

/** A certificate that is made elsewhere. Its names are those in it. */
export const UploadedCertificateInput = z
  .strictObject({
    name: CertificateInput.shape.name,
    targets: CertificateInput.shape.targets,
    certificate,
    allowUnknownAuthority,
    ...keyFields,
  })
  .meta({ id: 'UploadedCertificateInput' });
export type UploadedCertificateInput = z.input<typeof UploadedCertificateInput>;
