/** Roles, permissions, users, sessions and API tokens. */
import * as z from 'zod';
import { permissions, roles, type Permission as PermissionName, type Role as RoleName } from './permissions.js';
import { ConnectionId, Tag, Timestamp, UserId } from './primitives.js';

export * from './permissions.js';

export type Role = RoleName;
export const Role = z.enum(roles).meta({ id: 'Role' });
export type Permission = PermissionName;
export const Permission = z.enum(permissions);

export const Username = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]*$/, 'letters, digits and . _ @ - only');
/** 12 to 200 characters; a list of known-bad ones is refused by the server. */
export const Password = z.string().min(12, 'at least 12 characters').max(200);

export const Grants = z.strictObject({
  connectionIds: z.array(ConnectionId).max(10_000),
  tags: z.array(Tag).max(200),
});
export type Grants = z.infer<typeof Grants>;

/** Someone who may see a connection, and why. What they may do there follows from the role. */
export const ConnectionViewer = z
  .object({
    userId: UserId,
    username: z.string(),
    role: Role,
    disabled: z.boolean(),
    byRole: z.boolean().describe('An administrator sees every connection.'),
    byConnection: z.boolean().describe('This connection itself was granted.'),
    byTags: z.array(z.string()).describe('The tags of this connection that were granted.'),
  })
  .meta({ id: 'ConnectionViewer' });
export type ConnectionViewer = z.infer<typeof ConnectionViewer>;

export const SessionUser = z.object({ id: UserId, username: z.string(), role: Role }).meta({ id: 'SessionUser' });
export type SessionUser = z.infer<typeof SessionUser>;

export const User = z
  .object({
    id: UserId,
    username: z.string(),
    role: Role,
    disabled: z.boolean(),
    grants: z.object({ connectionIds: z.array(ConnectionId), tags: z.array(z.string()) }),
    createdAt: Timestamp,
    lastSignInAt: Timestamp.nullable(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

/** `expiresIn` is the access token's life in seconds. The refresh token is in a cookie and not here. */
export const Session = z
  .object({ accessToken: z.string(), expiresIn: z.number().int(), user: SessionUser })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

export const SetupState = z.object({ required: z.boolean() }).meta({ id: 'SetupState' });
export type SetupState = z.infer<typeof SetupState>;
export const SetupInput = z
  .strictObject({ token: z.string().min(1).max(200), username: Username, password: Password })
  .meta({ id: 'SetupInput' });
export type SetupInput = z.infer<typeof SetupInput>;
export const SignInInput = z
  .strictObject({ username: z.string().min(1).max(100), password: z.string().min(1).max(200) })
  .meta({ id: 'SignInInput' });
export type SignInInput = z.infer<typeof SignInInput>;
export const UserInput = z
  .strictObject({ username: Username, password: Password, role: Role })
  .meta({ id: 'UserInput' });
export type UserInput = z.infer<typeof UserInput>;
export const UserChange = z
  .strictObject({
    username: Username.optional(),
    password: Password.optional(),
    role: Role.optional(),
    disabled: z.boolean().optional(),
  })
  .meta({ id: 'UserChange' });
export type UserChange = z.infer<typeof UserChange>;
export const PasswordChange = z
  .strictObject({ currentPassword: z.string().min(1).max(200), password: Password })
  .meta({ id: 'PasswordChange' });
export type PasswordChange = z.infer<typeof PasswordChange>;

export const TokenInput = z
  .strictObject({
    name: z.string().min(1).max(100),
    role: Role.optional().describe('At most the role of its owner, which is the default.'),
    expiresAt: Timestamp.optional(),
  })
  .meta({ id: 'TokenInput' });
export type TokenInput = z.infer<typeof TokenInput>;
export const ApiToken = z
  .object({
    id: z.number().int(),
    name: z.string(),
    role: Role,
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable(),
    lastUsedAt: Timestamp.nullable(),
  })
  .meta({ id: 'ApiToken' });
export type ApiToken = z.infer<typeof ApiToken>;
/** `token` is shown this once and never again. */
export const IssuedToken = ApiToken.extend({ token: z.string() }).meta({ id: 'IssuedToken' });
export type IssuedToken = z.infer<typeof IssuedToken>;

/** Who did what to which with what result. Append-only; `hash` chains it to the entry before. */
export const AuditEntry = z
  .object({
    id: z.number().int(),
    at: Timestamp,
    actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
    action: z.string().describe('For example connection.created, session.refused, operation.started.'),
    subject: z.string().describe('What it was done to, for example connection:5.'),
    result: z.enum(['ok', 'refused', 'failed']),
    detail: z.record(z.string(), z.unknown()),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;
