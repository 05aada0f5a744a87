import * as z from 'zod';
import {
  AddressScanInput,
  Boundaries,
  CertificateOrigin,
  ConnectionScanAnswer,
  ConnectionScanInput,
  ExpiryCount,
  FoundCertificate,
  FoundCertificateId,
  InventoryItem,
  ScannedAddress,
  WatchAnswer,
  WatchInput,
} from '../found-certificates.js';
import { CertificateStatus } from '../certificates.js';
import { ConnectionId, Cursor, Timestamp, limitInText, numberInText, page } from '../primitives.js';
import { defineRoute } from './define-route.js';

const foundParams = z.strictObject({ id: numberInText(FoundCertificateId) });
const tag = 'Certificates';

const inventoryFilters = {
  search: z.string().max(200).optional().describe('Part of a name, a place or a domain.'),
  origin: CertificateOrigin.optional(),
  status: CertificateStatus.optional(),
  needsAttention: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: expired, unreachable, wrongly served, failing to renew, or due; `false`: the others.'),
  connectionId: numberInText(ConnectionId).optional(),
};

export const foundCertificateRoutes = {
  scanAddresses: defineRoute({
    operationId: 'scanAddresses',
    method: 'post',
    path: '/certificates/scan',
    tag,
    requires: 'certificates.manage',
    summary:
      'Ask many TLS ports what they show, several at once. Nothing is saved; who does not answer is told by name.',
    body: AddressScanInput,
    success: {
      status: 200,
      body: z.object({ items: z.array(ScannedAddress) }).meta({ id: 'AddressScanAnswer' }),
    },
  }),
  scanConnection: defineRoute({
    operationId: 'scanConnection',
    method: 'post',
    path: '/connections/{id}/scan-certificates',
    tag,
    requires: 'certificates.manage',
    summary: 'Look for certificates on a host: its TLS ports, and files in the usual folders. Nothing is saved.',
    params: z.strictObject({ id: numberInText(ConnectionId) }),
    body: ConnectionScanInput,
    success: { status: 200, body: ConnectionScanAnswer },
    problems: ['NOT_FOUND'],
  }),
  listInventory: defineRoute({
    operationId: 'listInventory',
    method: 'get',
    path: '/certificates/inventory',
    tag,
    requires: 'certificates.read',
    summary:
      'All certificates one may see, managed, uploaded and found, in keyset pages: by what is wrong with them, the worst first as in CertificateStatus, then by when they expire.',
    query: z.strictObject({
      ...inventoryFilters,
      expiresFrom: Timestamp.optional().describe('Those that expire then or later, or did.'),
      expiresBefore: Timestamp.optional(),
      cursor: Cursor.optional(),
      limit: limitInText(50),
    }),
    success: { status: 200, body: page(InventoryItem).meta({ id: 'InventoryPage' }) },
  }),
  countExpiries: defineRoute({
    operationId: 'countExpiries',
    method: 'get',
    path: '/certificates/expiries',
    tag,
    requires: 'certificates.read',
    summary:
      'How many of these certificates expire before, between and after some moments. What is not in use has no expiry.',
    query: z.strictObject({
      ...inventoryFilters,
      boundaries: Boundaries.describe('1 to 60 moments, ascending, with commas.'),
    }),
    success: { status: 200, body: z.object({ items: z.array(ExpiryCount) }).meta({ id: 'ExpiryCounts' }) },
  }),
  watchCertificates: defineRoute({
    operationId: 'watchCertificates',
    method: 'post',
    path: '/certificates/found',
    tag,
    requires: 'certificates.manage',
    summary: 'Look at places and keep what they show in the inventory. One that is kept already is looked at again.',
    body: WatchInput,
    success: { status: 200, body: WatchAnswer },
  }),
  getFoundCertificate: defineRoute({
    operationId: 'getFoundCertificate',
    method: 'get',
    path: '/certificates/found/{id}',
    tag,
    requires: 'certificates.read',
    summary: 'One certificate that is watched where it was found.',
    params: foundParams,
    success: { status: 200, body: FoundCertificate },
    problems: ['NOT_FOUND'],
  }),
  checkFoundCertificate: defineRoute({
    operationId: 'checkFoundCertificate',
    method: 'post',
    path: '/certificates/found/{id}/check',
    tag,
    requires: 'certificates.manage',
    summary: 'Look at its place now. That it was not seen is part of the answer.',
    params: foundParams,
    success: { status: 200, body: FoundCertificate },
    problems: ['NOT_FOUND'],
  }),
  forgetFoundCertificate: defineRoute({
    operationId: 'forgetFoundCertificate',
    method: 'delete',
    path: '/certificates/found/{id}',
    tag,
    requires: 'certificates.manage',
    summary: 'Watch this place no longer.',
    params: foundParams,
    success: { status: 204 },
    problems: ['NOT_FOUND'],
  }),
} as const;
