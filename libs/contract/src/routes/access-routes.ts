import * as z from 'zod';
import {
  ApiToken,
  AuditEntry,
  Grants,
  IssuedToken,
  PasswordChange,
  Session,
  SessionUser,
  SetupInput,
  SetupState,
  SignInInput,
  TokenInput,
  User,
  UserChange,
  UserInput,
} from '../access.js';
import { Cursor, UserId, limitInText, numberInText, page } from '../primitives.js';
import { defineRoute } from './define-route.js';

const userParams = z.strictObject({ id: numberInText(UserId) });
const tag = 'Users and tokens';
const signIn = 'Set-up and sign-in';

export const accessRoutes = {
  getSetup: defineRoute({
    operationId: 'getSetup', method: 'get', path: '/setup', tag: signIn, requires: 'anonymous',
    summary: 'Whether the first administrator is still to be made. 410 once it is.',
    success: { status: 200, body: SetupState }, problems: ['GONE'],
  }),
  setUp: defineRoute({
    operationId: 'setUp', method: 'post', path: '/setup', tag: signIn, requires: 'anonymous',
    summary: 'Make the first administrator with the one-time token that the start printed.',
    body: SetupInput,
    success: { status: 201, body: Session }, problems: ['GONE', 'SETUP_TOKEN_REFUSED', 'TOO_MANY_REQUESTS'],
  }),
  signIn: defineRoute({
    operationId: 'signIn', method: 'post', path: '/auth/login', tag: signIn, requires: 'anonymous',
    summary: 'Sign in. The refresh token comes as a cookie.',
    body: SignInInput,
    success: { status: 200, body: Session }, problems: ['CREDENTIALS_REFUSED', 'TOO_MANY_REQUESTS'],
  }),
  refreshSession: defineRoute({
    operationId: 'refreshSession', method: 'post', path: '/auth/refresh', tag: signIn, requires: 'anonymous',
    summary: 'A new access token for the refresh cookie, which rotates. Using an old one again ends the session.',
    success: { status: 200, body: Session }, problems: ['AUTHENTICATION_REQUIRED', 'ORIGIN_REFUSED'],
  }),
  signOut: defineRoute({
    operationId: 'signOut', method: 'post', path: '/auth/logout', tag: signIn, requires: 'anonymous',
    summary: 'End the session of the refresh cookie or access token, in every tab.',
    success: { status: 204 },
  }),
  getMe: defineRoute({
    operationId: 'getMe', method: 'get', path: '/auth/me', tag: signIn, requires: 'signed_in',
    summary: 'Who the token belongs to.',
    success: { status: 200, body: SessionUser },
  }),
  changeMyPassword: defineRoute({
    operationId: 'changeMyPassword', method: 'post', path: '/auth/password', tag: signIn, requires: 'signed_in',
    summary: 'Change one’s own password. Ends one’s other sessions.',
    body: PasswordChange,
    success: { status: 204 }, problems: ['CREDENTIALS_REFUSED', 'TOO_MANY_REQUESTS'],
  }),
  listUsers: defineRoute({
    operationId: 'listUsers', method: 'get', path: '/users', tag, requires: 'users.manage',
    summary: 'All users.',
    query: z.strictObject({ cursor: Cursor.optional(), limit: limitInText(100) }),
    success: { status: 200, body: page(User).meta({ id: 'UserPage' }) },
  }),
  createUser: defineRoute({
    operationId: 'createUser', method: 'post', path: '/users', tag, requires: 'users.manage',
    summary: 'Make a user.', body: UserInput,
    success: { status: 201, body: User }, problems: ['NAME_TAKEN'],
  }),
  changeUser: defineRoute({
    operationId: 'changeUser', method: 'patch', path: '/users/{id}', tag, requires: 'users.manage',
    summary: 'Change a user. A new password, role or disabling takes effect on live sockets within 2 s.',
    params: userParams, body: UserChange,
    success: { status: 200, body: User }, problems: ['NOT_FOUND', 'NAME_TAKEN', 'LAST_ADMINISTRATOR'],
  }),
  deleteUser: defineRoute({
    operationId: 'deleteUser', method: 'delete', path: '/users/{id}', tag, requires: 'users.manage',
    summary: 'Remove a user with their sessions and tokens.', params: userParams,
    success: { status: 204 }, problems: ['NOT_FOUND', 'LAST_ADMINISTRATOR'],
  }),
  setGrants: defineRoute({
    operationId: 'setGrants', method: 'put', path: '/users/{id}/grants', tag, requires: 'users.manage',
    summary: 'Which connections a user may see, by id and by tag. Replaces what was granted.',
    params: userParams, body: Grants,
    success: { status: 200, body: User }, problems: ['NOT_FOUND'],
  }),
  listTokens: defineRoute({
    operationId: 'listTokens', method: 'get', path: '/tokens', tag, requires: 'signed_in',
    summary: 'One’s own API tokens.',
    success: { status: 200, body: z.object({ items: z.array(ApiToken) }).meta({ id: 'ApiTokenList' }) },
  }),
  createToken: defineRoute({
    operationId: 'createToken', method: 'post', path: '/tokens', tag, requires: 'signed_in',
    summary: 'Make an API token. It is shown once.', body: TokenInput,
    success: { status: 201, body: IssuedToken }, problems: ['PERMISSION_DENIED'],
  }),
  revokeToken: defineRoute({
    operationId: 'revokeToken', method: 'delete', path: '/tokens/{id}', tag, requires: 'signed_in',
    summary: 'Revoke one of one’s own API tokens; its sockets end within 2 s.', params: userParams,
    success: { status: 204 }, problems: ['NOT_FOUND'],
  }),
  listAudit: defineRoute({
    operationId: 'listAudit', method: 'get', path: '/audit', tag: 'System', requires: 'audit.read',
    summary: 'Who did what to which with what result, newest first.',
    query: z.strictObject({ cursor: Cursor.optional(), limit: limitInText(50) }),
    success: { status: 200, body: page(AuditEntry).meta({ id: 'AuditPage' }) },
  }),
} as const;
