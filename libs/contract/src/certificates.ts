/** Certificates: what they are for, where they are deployed, what was issued, and what a TLS port shows. */
import * as z from 'zod';
import { ServedEndpoint } from './certificate-checks.js';
import { CertificateProblem } from './certificate-problems.js';
import { Host, LoginName, Port } from './connections.js';
import { ConnectionId, OperationId, Timestamp } from './primitives.js';
import { RenewalState } from './renewals.js';
import { ServiceName } from './services.js';

export const CertificateId = z.number().int().positive().max(2_147_483_647);
export const IssuerId = z.number().int().positive().max(2_147_483_647);

/** ECDSA on P-256 (RFC 5480 `secp256r1`), or RSA with that many bits. */
export const KeyType = z.enum(['ecdsa-p256', 'rsa-2048', 'rsa-4096']).meta({ id: 'KeyType' });
export type KeyType = z.infer<typeof KeyType>;

/** A host name, with `*` as its first label for a wildcard (RFC 9525 §6.3), or an IP address. */
export const CertifiedName = z
  .string()
  .min(1)
  .max(253)
  .regex(
    /^(?:(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+)$/,
    'must be a host name, *.name or an IP address',
  )
  .transform((name) => name.toLowerCase());

/** An absolute path on a host. Its folder must exist. `//` and `/./` in it say nothing and are left out. */
export const RemotePath = z
  .string()
  .min(2)
  .max(1_000)
  .regex(/^\/[^\p{C}]*[^/\p{C}]$/u, 'must be an absolute path of a file')
  .refine((path) => new TextEncoder().encode(path.slice(path.lastIndexOf('/') + 1)).length <= longestFileName, {
    message: 'the name of the file is too long',
  })
  .overwrite((path) => path.replace(/\/(?:\.?\/)+/g, '/'));

/** Room for what is added to a name while a file is put in place (255 bytes is the most, limits.h(0p)). */
const longestFileName = 180;

/** Shell text of an administrator's own. Exit status 0 is success, everything else is a failure. */
const Command = z.string().trim().min(1).max(4_000);

/** Where a handshake must show the certificate. `serverName` is what is asked for (RFC 6066 §3). */
export const Endpoint = z
  .object({ host: z.string(), port: z.number().int(), serverName: z.string() })
  .meta({ id: 'Endpoint' });
export type Endpoint = z.infer<typeof Endpoint>;
export const EndpointInput = z
  .strictObject({ host: Host, port: Port.default(443), serverName: Host })
  .meta({ id: 'EndpointInput' });

/** How the server takes up new files: a systemd unit is reloaded, or a command is run. */
export const Reload = z
  .union([z.strictObject({ service: ServiceName }), z.strictObject({ command: Command })])
  .meta({ id: 'Reload' });
export type Reload = z.infer<typeof Reload>;

/** Where a certificate is put. `mode` is that of the key file; the others are readable by everyone. */
export const DeploymentTargetInput = z
  .strictObject({
    connectionId: ConnectionId,
    certificatePath: RemotePath.describe('The leaf and its chain, in the order in which TLS sends them.'),
    keyPath: RemotePath,
    chainPath: RemotePath.optional().describe('The chain alone, for servers that want it apart.'),
    owner: LoginName.optional(),
    group: LoginName.optional(),
    mode: z
      .string()
      .regex(/^0?[0-7]{3}$/, 'must be an octal mode such as 0640')
      .optional()
      .describe('Of the key file; 0600 unless told.'),
    reload: Reload.optional(),
    check: z.strictObject({ command: Command }).optional().describe('Tests the server’s configuration.'),
    verify: z.array(EndpointInput).max(20).default([]),
  })
  .refine(
    ({ certificatePath, keyPath, chainPath }) => new Set([certificatePath, keyPath, chainPath ?? '']).size === 3,
    { path: ['keyPath'], message: 'certificate, key and chain need a file each' },
  )
  .meta({ id: 'DeploymentTargetInput' });
export type DeploymentTargetInput = z.infer<typeof DeploymentTargetInput>;

export const DeploymentTarget = z
  .object({
    connectionId: ConnectionId,
    connectionName: z.string(),
    certificatePath: z.string(),
    keyPath: z.string(),
    chainPath: z.string().nullable(),
    owner: z.string().nullable(),
    group: z.string().nullable(),
    mode: z.string().nullable(),
    reload: Reload.nullable(),
    check: z.object({ command: z.string() }).nullable(),
    verify: z.array(Endpoint),
    sharedWith: z
      .array(z.string())
      .describe('Names of other certificates that are put into one of these files: they undo each other.'),
    deployedVersion: z.number().int().nullable().describe('The version that was verified there last.'),
    deployedAt: Timestamp.nullable(),
  })
  .meta({ id: 'DeploymentTarget' });
export type DeploymentTarget = z.infer<typeof DeploymentTarget>;

/** What a certificate says about itself. */
export const CertificateFacts = z
  .object({
    subject: z.string(),
    issuer: z.string(),
    names: z.array(z.string()),
    serialNumber: z.string().describe('Hexadecimal.'),
    fingerprint: z.string().describe('SHA-256 of the certificate, hexadecimal with colons.'),
    keyType: z.string().describe('For example ecdsa-p256 or rsa-2048.'),
    notBefore: Timestamp,
    notAfter: Timestamp,
  })
  .meta({ id: 'CertificateFacts' });
export type CertificateFacts = z.infer<typeof CertificateFacts>;

export const DiscoverInput = z
  .strictObject({
    host: Host,
    port: Port.default(443),
    serverName: Host.optional().describe('The name to ask for; the host unless told.'),
  })
  .meta({ id: 'DiscoverInput' });
export type DiscoverInput = z.infer<typeof DiscoverInput>;

/** What a TLS port shows now. */
export const DiscoverAnswer = z
  .object({
    address: z.string().describe('The address that answered.'),
    serverName: z.string(),
    protocol: z.string().describe('For example TLSv1.3.'),
    leaf: CertificateFacts,
    chain: z.array(CertificateFacts).describe('What was sent besides the leaf, in its order.'),
    problems: z.array(CertificateProblem).describe('Empty: a browser would be content, if it knows the authority.'),
    pem: z.string().describe('Everything that was sent.'),
  })
  .meta({ id: 'DiscoverAnswer' });
export type DiscoverAnswer = z.infer<typeof DiscoverAnswer>;

/** One issued certificate. Its private key never leaves the server but towards its targets. */
export const CertificateVersion = CertificateFacts.extend({
  number: z.number().int().min(1).describe('Counts the versions of this certificate.'),
  issuedAt: Timestamp,
  operationId: OperationId.nullable().describe('The renewal that had it issued.'),
  deployedTo: z.array(
    z.object({ connectionId: ConnectionId, connectionName: z.string(), certificatePath: z.string(), at: Timestamp }),
  ),
}).meta({ id: 'CertificateVersion' });
export type CertificateVersion = z.infer<typeof CertificateVersion>;

/** What needs somebody, the worst first. The one order of every list of certificates; what needs nobody comes after them. */
export const needyStatuses = [
  'expired',
  'unreachable',
  'wrongly_served',
  'renewal_failing',
  'awaits_approval',
  'due',
] as const;
export type NeedyStatus = (typeof needyStatuses)[number];

/**
 * The worst that is known of it, in this order. `expired`: the version in use has expired, or something that is served in its
 * place or in its chain. `unreachable`: one of its places showed nothing at the last look. `wrongly_served`: another certificate
 * is served than the one deployed, or one that a careful client refuses for anything but who signed it. `renewal_failing`:
 * renewals have failed since the last that did not. `awaits_approval`: the last one failed for nothing but the first host key of a
 * host, which a person has to approve. `due`: the renewal window of the version in use has begun. `not_deployed`:
 * something was issued, and it has arrived at none of its targets. `not_issued`: nothing was issued yet.
 */
export const CertificateStatus = z
  .enum([...needyStatuses, 'not_deployed', 'not_issued', 'valid'])
  .meta({ id: 'CertificateStatus' });
export type CertificateStatus = z.infer<typeof CertificateStatus>;

const certificateFields = {
  name: z.string().trim().min(1).max(100),
  domains: z.array(CertifiedName).min(1).max(100),
  issuerId: IssuerId,
  keyType: KeyType,
  autoRenew: z.boolean(),
  targets: z.array(DeploymentTargetInput).max(50),
};

export const CertificateInput = z
  .strictObject({
    ...certificateFields,
    keyType: KeyType.default('ecdsa-p256'),
    autoRenew: z.boolean().default(true),
    targets: certificateFields.targets.default([]),
  })
  .meta({ id: 'CertificateInput' });
export type CertificateInput = z.input<typeof CertificateInput>;

export const CertificateChange = z.strictObject(certificateFields).partial().meta({ id: 'CertificateChange' });
export type CertificateChange = z.infer<typeof CertificateChange>;

/** A certificate and its newest version. Only the targets that one may see are told. */
export const Certificate = z
  .object({
    id: CertificateId,
    name: z.string(),
    domains: z.array(z.string()),
    issuerId: IssuerId,
    issuerName: z.string(),
    keyType: KeyType,
    autoRenew: z.boolean(),
    targets: z.array(DeploymentTarget),
    status: CertificateStatus,
    origin: z.enum(['managed', 'uploaded']).describe('Uploaded: its newest version came with its key from elsewhere.'),
    version: CertificateVersion.nullable().describe('The newest; it may not have arrived at its targets yet.'),
    inUse: CertificateVersion.nullable().describe(
      'The version that counts: of those verified on its targets the one that expires first; without targets the newest.',
    ),
    renewAt: Timestamp.nullable().describe(
      'When the renewal window of the version in use begins; null: there is none.',
    ),
    checkedAt: Timestamp.nullable().describe(
      'When its endpoints were looked at last; null: not since they are deployed.',
    ),
    served: z.array(ServedEndpoint).describe('What they showed then. A renewal since has verified them itself.'),
    renewal: RenewalState.describe('Why it was or was not renewed by itself, and when it will be.'),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Certificate' });
export type Certificate = z.infer<typeof Certificate>;
