import * as z from 'zod';
import {
  AddressScanInput,
  CertificateOrigin,
  ConnectionScanAnswer,
  ConnectionScanInput,
  FoundCertificate,
  FoundCertificateId,
  InventoryItem,
  InventoryStatus,
  ScannedAddress,
  WatchAnswer,
  WatchInput,
} from '../found-certificates.js';
import { ConnectionId, Cursor, limitInText, numberInText, page } from '../primitives.js';
import { defineRoute } from './define-route.js';

const foundParams = z.strictObject({ id: numberInText(FoundCertificateId) });
const tag = 'Certificates';

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
    summary: 'All certificates one may see, managed, uploaded and found; expired and unreachable ones first.',
    query: z.strictObject({
      search: z.string().max(200).optional().describe('Part of a name, a place or a domain.'),
      origin: CertificateOrigin.optional(),
      status: InventoryStatus.optional(),
      connectionId: numberInText(ConnectionId).optional(),
      cursor: Cursor.optional(),
      limit: limitInText(50),
    }),
    success: { status: 200, body: page(InventoryItem).meta({ id: 'InventoryPage' }) },
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
