/** Certificates that were only found: by handshakes with TLS ports, or in files of hosts. And the list of all there are. */
import * as z from 'zod';
import {
  Certificate,
  CertificateFacts,
  CertificateStatus,
  DiscoverAnswer,
  DiscoverInput,
  RemotePath,
} from './certificates.js';
import { CertificateProblem } from './certificate-problems.js';
import { Port } from './connections.js';
import { ConnectionId, Timestamp } from './primitives.js';

export const FoundCertificateId = z.number().int().positive().max(2_147_483_647);

/** How many addresses one request may name. */
export const mostScannedAddresses = 50;

export const AddressScanInput = z
  .strictObject({ addresses: z.array(DiscoverInput).min(1).max(mostScannedAddresses) })
  .meta({ id: 'AddressScanInput' });
export type AddressScanInput = z.input<typeof AddressScanInput>;

/** Why a place showed no certificate. */
export const LookFailure = z
  .object({
    code: z.string().describe('Permanent, for example CONNECTION_REFUSED, TLS_FAILED or FILE_UNREADABLE.'),
    message: z.string().describe('A sentence for people.'),
  })
  .meta({ id: 'LookFailure' });
export type LookFailure = z.infer<typeof LookFailure>;

/** What one address showed: `answer`, or `failure`. */
export const ScannedAddress = z
  .object({
    host: z.string(),
    port: z.number().int(),
    serverName: z.string(),
    answer: DiscoverAnswer.nullable(),
    failure: LookFailure.nullable(),
  })
  .meta({ id: 'ScannedAddress' });
export type ScannedAddress = z.infer<typeof ScannedAddress>;

export const ConnectionScanInput = z
  .strictObject({
    paths: z
      .array(RemotePath)
      .max(50)
      .default([])
      .describe('Files and folders to read besides the usual ones. Private keys in them stay on the host.'),
    ports: z
      .array(Port)
      .max(50)
      .default([])
      .describe('To look at besides the usual ones and those that the host names.'),
  })
  .meta({ id: 'ConnectionScanInput' });
export type ConnectionScanInput = z.input<typeof ConnectionScanInput>;

/** What a file held, its first certificate being the leaf: `leaf` with `chain`, or `failure`. */
export const ScannedFile = z
  .object({
    path: z.string(),
    leaf: CertificateFacts.nullable(),
    chain: z.array(CertificateFacts),
    problems: z.array(CertificateProblem),
    failure: LookFailure.nullable(),
  })
  .meta({ id: 'ScannedFile' });
export type ScannedFile = z.infer<typeof ScannedFile>;

export const ConnectionScanAnswer = z
  .object({
    ports: z.array(ScannedAddress).describe('Those that speak TLS, and those that were asked for by number.'),
    portsLookedAt: z.number().int(),
    files: z.array(ScannedFile),
    failure: LookFailure.nullable().describe(
      'Why the host itself was not asked; then usual ports alone were looked at.',
    ),
  })
  .meta({ id: 'ConnectionScanAnswer' });
export type ConnectionScanAnswer = z.infer<typeof ConnectionScanAnswer>;

const AddressPlaceInput = z.strictObject({
  kind: z.literal('address'),
  ...DiscoverInput.shape,
  connectionId: ConnectionId.optional().describe(
    'Who sees this connection sees what is found; else administrators do.',
  ),
});
const FilePlaceInput = z.strictObject({ kind: z.literal('file'), connectionId: ConnectionId, path: RemotePath });

export const WatchInput = z
  .strictObject({
    places: z
      .array(z.discriminatedUnion('kind', [AddressPlaceInput, FilePlaceInput]))
      .min(1)
      .max(mostScannedAddresses),
  })
  .meta({ id: 'WatchInput' });
export type WatchInput = z.input<typeof WatchInput>;

/** Where a certificate is found: at an address, or in a file of a host. */
export const FoundPlace = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('address'),
      host: z.string(),
      port: z.number().int(),
      serverName: z.string(),
      connectionId: ConnectionId.nullable(),
      connectionName: z.string().nullable(),
    }),
    z.object({
      kind: z.literal('file'),
      connectionId: ConnectionId,
      connectionName: z.string(),
      path: z.string(),
    }),
  ])
  .meta({ id: 'FoundPlace' });
export type FoundPlace = z.infer<typeof FoundPlace>;

/** A certificate that is watched where it was found. It is looked at every day. */
export const FoundCertificate = z
  .object({
    id: FoundCertificateId,
    place: FoundPlace,
    status: CertificateStatus.describe('Unreachable: the last look failed, and what is told is from the look before.'),
    leaf: CertificateFacts,
    chain: z.array(CertificateFacts),
    problems: z.array(CertificateProblem),
    seenAt: Timestamp.describe('When it was seen last.'),
    checkedAt: Timestamp.describe('When it was looked for last.'),
    failure: LookFailure.extend({ since: Timestamp }).nullable().describe('Why it was not seen, and since when.'),
    createdAt: Timestamp,
  })
  .meta({ id: 'FoundCertificate' });
export type FoundCertificate = z.infer<typeof FoundCertificate>;

/** One place that was to be watched: what is kept of it, or why nothing is. In the order of the request. */
export const WatchAnswer = z
  .object({
    items: z.array(z.object({ found: FoundCertificate.nullable(), failure: LookFailure.nullable() })),
  })
  .meta({ id: 'WatchAnswer' });
export type WatchAnswer = z.infer<typeof WatchAnswer>;

/** Where a certificate of the list comes from: issued and renewed here, only found, or uploaded with its key. */
export const CertificateOrigin = z.enum(['managed', 'found', 'uploaded']).meta({ id: 'CertificateOrigin' });
export type CertificateOrigin = z.infer<typeof CertificateOrigin>;

/** One line of the list of all certificates: `certificate`, or `found` where its origin says so. */
export const InventoryItem = z
  .discriminatedUnion('origin', [
    z.object({ origin: z.enum(['managed', 'uploaded']), certificate: Certificate }),
    z.object({ origin: z.literal('found'), found: FoundCertificate }),
  ])
  .meta({ id: 'InventoryItem' });
export type InventoryItem = z.infer<typeof InventoryItem>;

/** Moments in ascending order, with commas between them. */
export const Boundaries = z
  .string()
  .max(2_000)
  .transform((text) => text.split(','))
  .pipe(
    z
      .array(Timestamp)
      .min(1)
      .max(60)
      .refine(
        (all) => all.every((moment, index) => index === 0 || Date.parse(all[index - 1] ?? '') < Date.parse(moment)),
        {
          message: 'must be in ascending order, each once',
        },
      ),
  );

/** How many expire from one moment, inclusive, until before another. Null: without that bound. */
export const ExpiryCount = z
  .object({
    from: Timestamp.nullable(),
    before: Timestamp.nullable(),
    managed: z.number().int().describe('Issued or uploaded here, by the version in use.'),
    found: z.number().int().describe('Only watched where they were found.'),
  })
  .meta({ id: 'ExpiryCount' });
export type ExpiryCount = z.infer<typeof ExpiryCount>;
