import * as z from 'zod';
import { IssuedInput, UploadInput, UploadedCertificateInput } from '../brought-certificates.js';
import { Certificate, CertificateId } from '../certificates.js';
import { numberInText } from '../primitives.js';
import { defineRoute } from './define-route.js';

const params = z.strictObject({ id: numberInText(CertificateId) });
const tag = 'Certificates';

export const broughtCertificateRoutes = {
  getCertificateRequest: defineRoute({
    operationId: 'getCertificateRequest',
    method: 'get',
    path: '/certificates/{id}/request',
    tag,
    requires: 'certificates.read',
    summary: 'The signing request that waits for its certificate, in PEM (RFC 2986, RFC 7468 §7).',
    params,
    success: { status: 200, body: z.string(), alsoAs: ['application/pkcs10'] },
    problems: ['NOT_FOUND', 'NOTHING_REQUESTED'],
  }),
  bringCertificate: defineRoute({
    operationId: 'bringCertificate',
    method: 'post',
    path: '/certificates/{id}/issued',
    tag,
    requires: 'certificates.manage',
    summary: 'Bring what was signed on the request. It is checked against key and names, and the renewal goes on.',
    params,
    body: IssuedInput,
    success: { status: 200, body: Certificate },
    problems: ['NOT_FOUND', 'NOTHING_REQUESTED', 'CERTIFICATE_BUSY'],
  }),
  createUploadedCertificate: defineRoute({
    operationId: 'createUploadedCertificate',
    method: 'post',
    path: '/certificates/upload',
    tag,
    requires: 'certificates.manage',
    summary: 'Take over a certificate with its private key. A renewal deploys it; it cannot renew itself.',
    body: UploadedCertificateInput,
    success: { status: 201, body: Certificate },
    problems: ['NAME_TAKEN', 'FILE_TAKEN'],
  }),
  uploadCertificateVersion: defineRoute({
    operationId: 'uploadCertificateVersion',
    method: 'post',
    path: '/certificates/{id}/upload',
    tag,
    requires: 'certificates.manage',
    summary: 'The next version of a certificate that is made elsewhere, with its private key. Its names follow.',
    params,
    body: UploadInput,
    success: { status: 200, body: Certificate },
    problems: ['NOT_FOUND', 'CONFLICT', 'CERTIFICATE_BUSY'],
  }),
} as const;
