/**
 * The one declaration of every Socket.IO event. Path `/socket.io/`, websocket transport, `auth: { token }` in the handshake.
 * Without a token the handshake ends with `connect_error` «Authentication required», with a bad one «Invalid authentication».
 */
import * as z from 'zod';
import type { Permission } from './access.js';
import { ProblemCode } from './errors.js';
import { LogLine, Operation } from './operations.js';
import { ConnectionId, OperationId } from './primitives.js';

export * from './socket-handshake.js';

const SocketFailure = z.object({
  ok: z.literal(false),
  error: z.object({ code: ProblemCode, message: z.string() }),
});
const answer = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), ...fields }), SocketFailure]);

/** `after` is the position the client has; what came later is sent again before live goes on. */
export const SubscribeConnection = z.union([
  ConnectionId,
  z.strictObject({ connectionId: ConnectionId, after: z.number().int().min(0).optional() }),
]);
export type SubscribeConnection = z.infer<typeof SubscribeConnection>;

/** The active operations and the last ended one of each type. `reset`: what the client had before is void. */
export const ConnectionSnapshot = z
  .object({
    connectionId: ConnectionId,
    operations: z.array(Operation),
    position: z.number().int().min(0),
    reset: z.boolean(),
  })
  .meta({ id: 'ConnectionSnapshot' });
export type ConnectionSnapshot = z.infer<typeof ConnectionSnapshot>;

export const OperationUpdate = z
  .object({ operation: Operation, position: z.number().int().min(1) })
  .meta({ id: 'OperationUpdate' });
export type OperationUpdate = z.infer<typeof OperationUpdate>;

export const OperationLog = z
  .object({
    operationId: OperationId,
    connectionId: ConnectionId,
    sequence: z.number().int().min(1),
    position: z.number().int().min(1),
    lines: z.array(LogLine),
  })
  .meta({ id: 'OperationLog' });
export type OperationLog = z.infer<typeof OperationLog>;

/** Sent before the server ends a socket, or takes it out of a room. */
export const AccessLost = z
  .object({ scope: z.enum(['socket', 'connection']), connectionId: ConnectionId.nullable(), message: z.string() })
  .meta({ id: 'AccessLost' });
export type AccessLost = z.infer<typeof AccessLost>;

interface ClientEvent {
  readonly summary: string;
  readonly permission: Permission | 'signed_in';
  readonly payload: z.ZodType;
  readonly answer: z.ZodType;
}

/** What a client may send. Every one is acknowledged. */
export const clientEvents = {
  'subscribe:connection': {
    summary: 'Join the room of a connection; the snapshot comes as `connection:operations` and in the acknowledgement.',
    permission: 'operations.read',
    payload: SubscribeConnection,
    answer: answer(ConnectionSnapshot.shape),
  },
  'unsubscribe:connection': {
    summary: 'Leave the room of a connection.',
    permission: 'operations.read',
    payload: ConnectionId,
    answer: answer({}),
  },
  'subscribe:activity': {
    summary: 'All active operations one may see, and from then on their updates.',
    permission: 'operations.read',
    payload: z.strictObject({}).nullish(),
    answer: answer({ operations: z.array(Operation) }),
  },
  authenticate: {
    summary: 'A fresh token on a live socket, so that it outlives the first one.',
    permission: 'signed_in',
    payload: z.strictObject({ token: z.string().min(1).max(4_096) }),
    answer: answer({ expiresAt: z.iso.datetime().nullable() }),
  },
} as const satisfies Record<string, ClientEvent>;
export type ClientEventName = keyof typeof clientEvents;
export type ClientPayload<Name extends ClientEventName> = z.infer<(typeof clientEvents)[Name]['payload']>;
export type ClientAnswer<Name extends ClientEventName> = z.infer<(typeof clientEvents)[Name]['answer']>;

interface ServerEvent {
  readonly summary: string;
  readonly payload: z.ZodType;
}

/** What the server sends. */
export const serverEvents = {
  'connection:operations': { summary: 'The snapshot of a connection.', payload: ConnectionSnapshot },
  'operation:update': { summary: 'An operation changed; the whole operation.', payload: OperationUpdate },
  'operation:log': { summary: 'Lines of an operation’s log.', payload: OperationLog },
  'access:lost': { summary: 'A room or the socket itself is no longer permitted.', payload: AccessLost },
} as const satisfies Record<string, ServerEvent>;
export type ServerEventName = keyof typeof serverEvents;
export type ServerPayload<Name extends ServerEventName> = z.infer<(typeof serverEvents)[Name]['payload']>;
