/** Connections (saved ways to reach a host), their credentials and host keys. */
import * as z from 'zod';
import { OperationErrorCode } from './errors.js';
import { OperationStatus } from './operations.js';
import { ConnectionId, Fingerprint, OperationId, Tag, Timestamp } from './primitives.js';

export const Platform = z.enum(['systemd', 'cisco_vos', 'custom']).meta({ id: 'Platform' });
export type Platform = z.infer<typeof Platform>;

/**
 * A host name (RFC 1123 §2.1), an IPv4 address or an IPv6 address without brackets. No two repetitions beside each other take
 * the same character: zod tries the pattern on a text of any length, and quadratic time would stop the whole server.
 */
export const Host = z
  .string()
  .min(1)
  .max(253)
  .regex(
    /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+)$/,
    'must be a host name or an IP address',
  );
export const Port = z.number().int().min(1).max(65_535);
/** A login name: no leading dash, no control characters, no white space. */
export const LoginName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u, 'no spaces, no leading dash');
export const ConnectionName = z.string().trim().min(1).max(100);

/** Write-only: never part of any answer. */
export const CredentialInput = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('password'), password: z.string().min(1).max(1_000) }),
    z.strictObject({
      kind: z.literal('private_key'),
      privateKey: z.string().min(1).max(32_768),
      passphrase: z.string().min(1).max(1_000).optional(),
    }),
  ])
  .meta({ id: 'CredentialInput' });
export type CredentialInput = z.infer<typeof CredentialInput>;

export const ConnectionInput = z
  .strictObject({
    name: ConnectionName,
    host: Host,
    port: Port.default(22),
    username: LoginName,
    platform: Platform.default('systemd'),
    tags: z.array(Tag).max(50).default([]),
    credential: CredentialInput,
    jumpConnectionId: ConnectionId.nullable().optional(),
    hostKeyFingerprint: Fingerprint.optional().describe('Approves this host key in advance.'),
  })
  .meta({ id: 'ConnectionInput' });
export type ConnectionInput = z.input<typeof ConnectionInput>;

export const ConnectionChange = z
  .strictObject({
    name: ConnectionName.optional(),
    host: Host.optional(),
    port: Port.optional(),
    username: LoginName.optional(),
    platform: Platform.optional(),
    tags: z.array(Tag).max(50).optional(),
    credential: CredentialInput.optional(),
    jumpConnectionId: ConnectionId.nullable().optional(),
  })
  .meta({ id: 'ConnectionChange' });
export type ConnectionChange = z.infer<typeof ConnectionChange>;

/** `pending`: a first key waits for approval. `changed`: a key other than the approved one was offered. */
export const HostKeyState = z.enum(['unknown', 'pending', 'accepted', 'changed']).meta({ id: 'HostKeyState' });
export type HostKeyState = z.infer<typeof HostKeyState>;

export const LastTest = z
  .object({
    operationId: OperationId,
    status: OperationStatus,
    errorCode: OperationErrorCode.nullable(),
    endedAt: Timestamp,
  })
  .meta({ id: 'LastTest' });
export type LastTest = z.infer<typeof LastTest>;

export const Connection = z
  .object({
    id: ConnectionId,
    name: z.string(),
    host: z.string(),
    port: z.number().int(),
    username: z.string(),
    platform: Platform,
    tags: z.array(z.string()),
    credential: z.object({ kind: z.enum(['password', 'private_key']), updatedAt: Timestamp }).nullable(),
    jumpConnectionId: ConnectionId.nullable(),
    hostKeyState: HostKeyState,
    lastTest: LastTest.nullable().describe('The newest ended ssh_test.'),
    demo: z.boolean().describe('One of the built-in demo hosts.'),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Connection' });
export type Connection = z.infer<typeof Connection>;

/**
 * What a connection needs, as a filter of lists. `reachable`, `not_reached`: by the newest ended ssh_test, the latter without
 * those that only wait for a host key. `host_key`: a key waits for a decision, a first or a changed one.
 */
export const ConnectionStanding = z.enum(['reachable', 'not_reached', 'host_key', 'not_tested']);
export type ConnectionStanding = z.infer<typeof ConnectionStanding>;

export const HostKey = z
  .object({
    algorithm: z.string().describe('For example ssh-ed25519 (RFC 8709).'),
    fingerprint: Fingerprint,
    seenAt: Timestamp,
    acceptedAt: Timestamp.nullable(),
    acceptedBy: z.string().nullable(),
  })
  .meta({ id: 'HostKey' });
export type HostKey = z.infer<typeof HostKey>;
export const HostKeys = z.object({ pending: z.array(HostKey), accepted: z.array(HostKey) }).meta({ id: 'HostKeys' });
export type HostKeys = z.infer<typeof HostKeys>;

/** What a host needs for a connection's private key (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
export const AuthorizedKey = z
  .object({
    line: z
      .string()
      .describe('For authorized_keys: options that leave nothing but what Lockstep does, and the public key.'),
    fingerprint: z.string().describe('Of the public key, as `ssh-keygen -lf` prints it.'),
    forwards: z.boolean().describe('It may forward ports, because other connections are reached through it.'),
  })
  .meta({ id: 'AuthorizedKey' });
export type AuthorizedKey = z.infer<typeof AuthorizedKey>;

export const ImportFormat = z.enum(['ssh_config', 'ansible_inventory', 'csv']);
export type ImportFormat = z.infer<typeof ImportFormat>;
export const ImportInput = z
  .strictObject({
    format: ImportFormat,
    text: z.string().min(1).max(200_000),
    dryRun: z.boolean(),
    credential: CredentialInput.optional().describe('Given to every connection that is made.'),
  })
  .meta({ id: 'ImportInput' });
export type ImportInput = z.infer<typeof ImportInput>;
export const ImportItem = z
  .object({
    line: z.number().int().nullable(),
    name: z.string(),
    host: z.string(),
    port: z.number().int(),
    username: z.string(),
    tags: z.array(z.string()),
    jump: z.string().nullable().describe('The name of the connection it goes through.'),
    note: z
      .string()
      .nullable()
      .describe('What the text says about it that is not taken over, for example its key file.'),
    connectionId: ConnectionId.nullable().describe('Set once it is made.'),
  })
  .meta({ id: 'ImportItem' });
export type ImportItem = z.infer<typeof ImportItem>;
export const ImportAnswer = z
  .object({
    items: z.array(ImportItem).describe('What would be made, or was made.'),
    skipped: z.array(z.object({ line: z.number().int().nullable(), name: z.string(), reason: z.string() })),
  })
  .meta({ id: 'ImportAnswer' });
export type ImportAnswer = z.infer<typeof ImportAnswer>;

/** Lines of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), hashed names included. */
export const KnownHostsInput = z.strictObject({ text: z.string().min(1).max(200_000) }).meta({ id: 'KnownHostsInput' });
export type KnownHostsInput = z.infer<typeof KnownHostsInput>;
export const KnownHostsAnswer = z
  .object({
    accepted: z.array(z.object({ connectionId: ConnectionId, name: z.string(), fingerprint: Fingerprint })),
    ignored: z.number().int().describe('Lines that fit no connection, or could not be read.'),
  })
  .meta({ id: 'KnownHostsAnswer' });
export type KnownHostsAnswer = z.infer<typeof KnownHostsAnswer>;

/** Up to 500 connections tested at once; each is answered on its own. */
export const TestManyInput = z
  .strictObject({ connectionIds: z.array(ConnectionId).min(1).max(500) })
  .meta({ id: 'TestManyInput' });
export type TestManyInput = z.infer<typeof TestManyInput>;
export const TestManyAnswer = z
  .object({
    items: z.array(
      z.object({
        connectionId: ConnectionId,
        status: z.enum(['started', 'already_running', 'not_found']),
        operationId: OperationId.nullable(),
      }),
    ),
  })
  .meta({ id: 'TestManyAnswer' });
export type TestManyAnswer = z.infer<typeof TestManyAnswer>;
