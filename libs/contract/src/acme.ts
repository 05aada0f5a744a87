/** ACME issuers (RFC 8555): a CA, our account with it, and how names are proved to it. */
import * as z from 'zod';
import { Host, Port } from './connections.js';
import { ConnectionId, Timestamp } from './primitives.js';

/** An absolute folder on a host. */
const RemoteFolder = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^\/(?:[^\p{C}]*[^/\p{C}])?$/u, 'must be an absolute path of a folder');

/** `address` or `address:port`, IPv6 with a port in brackets. */
const DnsServer = z
  .string()
  .max(60)
  .regex(
    /^(?:[0-9.]+(?::\d{1,5})?|[0-9A-Fa-f:]+|\[[0-9A-Fa-f:]+\](?::\d{1,5})?)$/,
    'must be an address, or address:port',
  );

const byHost = {
  kind: z.literal('http-01'),
  answeredBy: z.literal('host'),
  folder: RemoteFolder.describe('What the host’s web server shows as its root for these names, on port 80.'),
};
const byLockstep = { kind: z.literal('http-01'), answeredBy: z.literal('lockstep') };
const HostChallengeInput = z
  .strictObject({
    ...byHost,
    connectionId: ConnectionId.optional().describe('Where the file is put; that of the first target unless told.'),
  })
  .meta({ id: 'HostChallengeInput' });
const LockstepChallenge = z
  .strictObject(byLockstep)
  .describe('Lockstep answers on its own port: lead /.well-known/acme-challenge/ of port 80 there.')
  .meta({ id: 'LockstepChallenge' });
const dns = {
  kind: z.literal('dns-01'),
  resolvers: z
    .array(DnsServer)
    .max(5)
    .default([])
    .describe('Whom to ask for the name servers of a zone; those of the system unless told.'),
};

/** RFC 8945 §6. */
export const TsigAlgorithm = z.enum(['hmac-sha256', 'hmac-sha384', 'hmac-sha512']).meta({ id: 'TsigAlgorithm' });
export type TsigAlgorithm = z.infer<typeof TsigAlgorithm>;
const tsigKey = { name: Host, algorithm: TsigAlgorithm.default('hmac-sha256') };
const dnsUpdate = {
  kind: z.literal('rfc2136'),
  server: Host,
  port: Port.default(53),
  zone: Host.optional().describe('The zone to change; the server is asked unless told.'),
};
const route53 = {
  kind: z.literal('route53'),
  accessKeyId: z.string().min(1).max(128),
  hostedZoneId: z
    .string()
    .regex(/^[A-Z0-9]{1,32}$/, 'must be the id of a hosted zone')
    .optional()
    .describe('Looked for by name unless told.'),
};
const command = {
  kind: z.literal('command'),
  program: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be the name of a file')
    .describe('A program in the folder LOCKSTEP_DNS_HOOKS, called with `present` or `remove`, name and value.'),
};

const Secret = z.string().min(1).max(1_000);
const TsigSecret = Secret.regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64, as tsig-keygen prints it');
/** RFC 8555 §7.3.4. */
const HmacKey = Secret.regex(/^[A-Za-z0-9_-]+={0,2}$/, 'must be base64url, as the CA hands it out');

export const DnsProviderInput = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...dnsUpdate, key: z.strictObject({ ...tsigKey, secret: TsigSecret }) }),
    z.strictObject({ kind: z.literal('cloudflare'), apiToken: Secret }),
    z.strictObject({ ...route53, secretAccessKey: Secret, sessionToken: z.string().min(1).max(4_096).optional() }),
    z.strictObject(command),
  ])
  .meta({ id: 'DnsProviderInput' });
export type DnsProviderInput = z.output<typeof DnsProviderInput>;

/** Without its secret, the one that is stored is kept. */
export const DnsProviderChange = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...dnsUpdate, key: z.strictObject({ ...tsigKey, secret: TsigSecret.optional() }) }),
    z.strictObject({ kind: z.literal('cloudflare'), apiToken: Secret.optional() }),
    z.strictObject({
      ...route53,
      secretAccessKey: Secret.optional(),
      sessionToken: z.string().min(1).max(4_096).optional(),
    }),
    z.strictObject(command),
  ])
  .meta({ id: 'DnsProviderChange' });
export type DnsProviderChange = z.output<typeof DnsProviderChange>;

/** What is told about a provider: everything but its secret. */
export const DnsProviderSettings = z
  .discriminatedUnion('kind', [
    z.object({
      ...{ kind: dnsUpdate.kind, server: z.string(), port: z.number().int(), zone: z.string().optional() },
      key: z.object({ name: z.string(), algorithm: TsigAlgorithm }),
    }),
    z.object({ kind: z.literal('cloudflare') }),
    z.object({ kind: route53.kind, accessKeyId: z.string(), hostedZoneId: z.string().optional() }),
    z.object({ kind: command.kind, program: z.string() }),
  ])
  .meta({ id: 'DnsProvider' });
export type DnsProviderSettings = z.infer<typeof DnsProviderSettings>;

const HttpChallengeInput = z.discriminatedUnion('answeredBy', [HostChallengeInput, LockstepChallenge]);

/** How names are proved. Wildcards need `dns-01`, IP addresses `http-01`. */
export const ChallengeInput = z
  .discriminatedUnion('kind', [HttpChallengeInput, z.strictObject({ ...dns, provider: DnsProviderInput })])
  .meta({ id: 'ChallengeInput' });
export type ChallengeInput = z.output<typeof ChallengeInput>;
export const ChallengeChange = z
  .discriminatedUnion('kind', [HttpChallengeInput, z.strictObject({ ...dns, provider: DnsProviderChange })])
  .meta({ id: 'ChallengeChange' });
export type ChallengeChange = z.output<typeof ChallengeChange>;
export const ChallengeSettings = z
  .discriminatedUnion('kind', [
    z.discriminatedUnion('answeredBy', [
      z.object({ ...byHost, folder: z.string(), connectionId: ConnectionId.optional() }),
      z.object(byLockstep),
    ]),
    z.object({ kind: dns.kind, resolvers: z.array(z.string()), provider: DnsProviderSettings }),
  ])
  .meta({ id: 'ChallengeSettings' });
export type ChallengeSettings = z.infer<typeof ChallengeSettings>;

/** What the CA allows, of which the last is always kept. The defaults are those of Let’s Encrypt. */
export const Allowance = z
  .object({
    failedValidationsPerHour: z.number().int().describe('For each name, by this account.'),
    duplicatesPerWeek: z.number().int().describe('Certificates for the same set of names.'),
  })
  .meta({ id: 'Allowance' });
export type Allowance = z.infer<typeof Allowance>;
const Limit = z.number().int().min(2).max(100_000);
const AllowanceInput = z
  .strictObject({ failedValidationsPerHour: Limit.default(5), duplicatesPerWeek: Limit.default(5) })
  .meta({ id: 'AllowanceInput' });

const DirectoryUrl = z
  .url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
  .max(500)
  .describe('Of the CA (RFC 8555 §7.1.1). Who adds it agrees to its terms of service.');
const StagingDirectoryUrl = DirectoryUrl.describe(
  'Of the CA’s staging, or of any ACME authority for trying out: readiness checks place an order there and have the names proved; nothing is issued. An account is opened there, with the same e-mail, roots and binding.',
);
const Email = z.email().max(254);
const TrustedRoots = z
  .string()
  .max(65_536)
  .regex(/-----BEGIN CERTIFICATE-----/, 'must be certificates in PEM')
  .describe('PEM. Trusted, beside the well-known ones, for speaking with the CA.');
const PreferredChain = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe('Common name of the issuer that the chain should end at.');
const Kid = z.string().min(1).max(500);

export const AcmeIssuerInput = z
  .strictObject({
    directoryUrl: DirectoryUrl,
    stagingDirectoryUrl: StagingDirectoryUrl.optional(),
    email: Email,
    eab: z.strictObject({ kid: Kid, hmacKey: HmacKey }).optional().describe('Binds the account to one with the CA.'),
    trustedRoots: TrustedRoots.optional(),
    preferredChain: PreferredChain.optional(),
    challenge: ChallengeInput,
    allowance: AllowanceInput.prefault({}),
  })
  .meta({ id: 'AcmeIssuerInput' });
export type AcmeIssuerInput = z.output<typeof AcmeIssuerInput>;

/** What is not told stays; null takes it away. Another CA is another issuer. */
export const AcmeIssuerChange = z
  .strictObject({
    stagingDirectoryUrl: StagingDirectoryUrl.nullable(),
    email: Email,
    eab: z.strictObject({ kid: Kid, hmacKey: HmacKey.optional() }).nullable(),
    trustedRoots: TrustedRoots.nullable(),
    preferredChain: PreferredChain.nullable(),
    challenge: ChallengeChange,
    allowance: z.strictObject({ failedValidationsPerHour: Limit, duplicatesPerWeek: Limit }).partial(),
  })
  .partial()
  .meta({ id: 'AcmeIssuerChange' });
export type AcmeIssuerChange = z.output<typeof AcmeIssuerChange>;

/** Everything but the secrets. */
export const AcmeIssuerSettings = z.object({
  directoryUrl: z.string(),
  stagingDirectoryUrl: z.string().nullable(),
  email: z.string(),
  eab: z.object({ kid: z.string() }).nullable(),
  trustedRoots: z.string().nullable(),
  preferredChain: z.string().nullable(),
  challenge: ChallengeSettings,
  allowance: Allowance,
});
export type AcmeIssuerSettings = z.infer<typeof AcmeIssuerSettings>;

/** Our account with the CA. It is made by the first renewal. */
export const AcmeAccountState = z
  .object({
    url: z.string(),
    registeredAt: Timestamp,
    termsOfServiceUrl: z.string().nullable(),
  })
  .meta({ id: 'AcmeAccountState' });
export type AcmeAccountState = z.infer<typeof AcmeAccountState>;

export const AcmeIssuer = AcmeIssuerSettings.extend({
  eabKeySetAt: Timestamp.nullable(),
  providerSecretSetAt: Timestamp.nullable().describe('When the DNS provider’s secret was set.'),
  account: AcmeAccountState.nullable(),
  pausedUntil: Timestamp.nullable().describe('The CA asked to be left alone until then.'),
}).meta({ id: 'AcmeIssuer' });
export type AcmeIssuer = z.infer<typeof AcmeIssuer>;
