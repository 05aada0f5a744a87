import * as z from 'zod';
import {
  Connection,
  ConnectionChange,
  ConnectionInput,
  HostKeys,
  ImportAnswer,
  ImportInput,
  KnownHostsAnswer,
  KnownHostsInput,
  TestManyAnswer,
  TestManyInput,
} from '../connections.js';
import { StartAnswer } from '../operations.js';
import { ConnectionId, Cursor, Fingerprint, Tag, limitInText, numberInText, page } from '../primitives.js';
import { defineRoute } from './define-route.js';
import { idempotencyHeaders } from './operation-routes.js';

export const connectionParams = z.strictObject({ id: numberInText(ConnectionId) });
const tag = 'Connections';
const keys = 'Host keys';

export const ConnectionSort = z.enum(['name', '-name', 'host', '-host', 'createdAt', '-createdAt']);
export type ConnectionSort = z.infer<typeof ConnectionSort>;

export const connectionRoutes = {
  listConnections: defineRoute({
    operationId: 'listConnections', method: 'get', path: '/connections', tag, requires: 'connections.read',
    summary: 'The connections one may see, in keyset pages.',
    query: z.strictObject({
      search: z.string().max(200).optional().describe('Part of name, host or user name.'),
      tag: Tag.optional(),
      sort: ConnectionSort.default('name'),
      cursor: Cursor.optional(),
      limit: limitInText(50),
    }),
    success: { status: 200, body: page(Connection).meta({ id: 'ConnectionPage' }) },
  }),
  createConnection: defineRoute({
    operationId: 'createConnection', method: 'post', path: '/connections', tag, requires: 'connections.manage',
    summary: 'Save a way to reach a host. The credential is write-only.', body: ConnectionInput,
    success: { status: 201, body: Connection },
    problems: ['NAME_TAKEN', 'KEY_UNREADABLE', 'NETWORK_NOT_ALLOWED'],
  }),
  getConnection: defineRoute({
    operationId: 'getConnection', method: 'get', path: '/connections/{id}', tag, requires: 'connections.read',
    summary: 'One connection.', params: connectionParams,
    success: { status: 200, body: Connection }, problems: ['NOT_FOUND'],
  }),
  changeConnection: defineRoute({
    operationId: 'changeConnection', method: 'patch', path: '/connections/{id}', tag, requires: 'connections.manage',
    summary: 'Change a connection. Another host or port asks for the host key’s approval again.',
    params: connectionParams, body: ConnectionChange,
    success: { status: 200, body: Connection },
    problems: ['NOT_FOUND', 'NAME_TAKEN', 'KEY_UNREADABLE', 'NETWORK_NOT_ALLOWED', 'CONNECTION_BUSY'],
  }),
  deleteConnection: defineRoute({
    operationId: 'deleteConnection', method: 'delete', path: '/connections/{id}', tag, requires: 'connections.manage',
    summary: 'Remove a connection with its credential and host keys. Its operations are kept.',
    params: connectionParams,
    success: { status: 204 }, problems: ['NOT_FOUND', 'CONNECTION_BUSY', 'CONNECTION_IN_USE'],
  }),
  listTags: defineRoute({
    operationId: 'listTags', method: 'get', path: '/tags', tag, requires: 'connections.read',
    summary: 'The tags of the connections one may see, with how many bear each.',
    success: {
      status: 200,
      body: z.object({ items: z.array(z.object({ tag: z.string(), count: z.number().int() })) }).meta({ id: 'TagList' }),
    },
  }),
  importConnections: defineRoute({
    operationId: 'importConnections', method: 'post', path: '/connections/import', tag, requires: 'connections.manage',
    summary: 'Connections from an ssh_config, an Ansible inventory or CSV. With dryRun nothing is made.', body: ImportInput,
    success: { status: 200, body: ImportAnswer }, problems: ['IMPORT_UNREADABLE', 'KEY_UNREADABLE'],
  }),
  testConnection: defineRoute({
    operationId: 'testConnection', method: 'post', path: '/connections/{id}/test-connection', tag, requires: 'operations.start',
    summary: 'Start an ssh_test, or join the one that runs.', params: connectionParams, headers: idempotencyHeaders,
    success: { status: 202, body: StartAnswer }, problems: ['NOT_FOUND', 'IDEMPOTENCY_KEY_REUSED'],
  }),
  testConnections: defineRoute({
    operationId: 'testConnections', method: 'post', path: '/connections/test', tag, requires: 'operations.start',
    summary: 'Start an ssh_test on each of up to 500 connections.', body: TestManyInput,
    success: { status: 202, body: TestManyAnswer },
  }),
  getHostKeys: defineRoute({
    operationId: 'getHostKeys', method: 'get', path: '/connections/{id}/host-keys', tag: keys, requires: 'connections.read',
    summary: 'Host keys that wait for approval, and those approved.', params: connectionParams,
    success: { status: 200, body: HostKeys }, problems: ['NOT_FOUND'],
  }),
  acceptHostKey: defineRoute({
    operationId: 'acceptHostKey', method: 'post', path: '/connections/{id}/host-keys/accept', tag: keys, requires: 'host_keys.accept',
    summary: 'Approve a host key that waits. It replaces the one approved before.',
    params: connectionParams, body: z.strictObject({ fingerprint: Fingerprint }),
    success: { status: 200, body: HostKeys }, problems: ['NOT_FOUND', 'HOST_KEY_NOT_SEEN'],
  }),
  refuseHostKey: defineRoute({
    operationId: 'refuseHostKey', method: 'post', path: '/connections/{id}/host-keys/refuse', tag: keys, requires: 'host_keys.accept',
    summary: 'Take a waiting host key off the list without approving it.',
    params: connectionParams, body: z.strictObject({ fingerprint: Fingerprint }),
    success: { status: 200, body: HostKeys }, problems: ['NOT_FOUND', 'HOST_KEY_NOT_SEEN'],
  }),
  importKnownHosts: defineRoute({
    operationId: 'importKnownHosts', method: 'post', path: '/connections/import-known-hosts', tag: keys, requires: 'connections.manage',
    summary: 'Approve host keys from a known_hosts file for the connections they fit.', body: KnownHostsInput,
    success: { status: 200, body: KnownHostsAnswer }, problems: ['IMPORT_UNREADABLE'],
  }),
} as const;
