import type {
  ConnectionSnapshot,
  OperationEvent,
  OperationLog,
  OperationUpdate,
  ServerEventName,
  ServerPayload,
} from '@lockstep/contract';
import type { Server, Socket } from 'socket.io';

export type ServerMessages = { [Name in ServerEventName]: (payload: ServerPayload<Name>) => void };
export type LiveServer = Server<Record<string, never>, ServerMessages>;
export type LiveSocket = Socket<Record<string, never>, ServerMessages>;

/** Socket.IO rooms, by whom they are for. */
export const rooms = {
  /** Who follows one connection: updates and log lines. */
  connection: (id: number): string => `connection:${String(id)}`,
  /** Whose activity shows one connection: updates only. */
  activity: (id: number): string => `activity:${String(id)}`,
  /** Whose activity shows every connection. */
  allActivity: 'activity:all',
  /** Every administrator's socket. */
  administrators: 'admins',
} as const;

/** An event as the message that tells it. */
type EventMessage =
  | { readonly name: 'operation:update'; readonly payload: OperationUpdate }
  | { readonly name: 'operation:log'; readonly payload: OperationLog };

function toMessage(event: OperationEvent): EventMessage {
  const { operationId, connectionId, sequence, position } = event;
  if (event.operation) return { name: 'operation:update', payload: { operation: event.operation, position } };
  return {
    name: 'operation:log',
    payload: { operationId, connectionId, sequence, position, lines: event.lines ?? [] },
  };
}

/** Sends the message of an event to some sockets, encoded once for all of them. */
export function sendTogether(sockets: readonly LiveSocket[], event: OperationEvent): void {
  const message = toMessage(event);
  if (message.name === 'operation:update') together(sockets)?.emit(message.name, message.payload);
  else together(sockets)?.emit(message.name, message.payload);
}

export function sendSnapshotTogether(sockets: readonly LiveSocket[], snapshot: ConnectionSnapshot): void {
  together(sockets)?.emit('connection:operations', snapshot);
}

/** Each socket is in a room of its own id. Broadcast and plain messages leave in the order in which they are sent. */
function together(sockets: readonly LiveSocket[]): Pick<LiveSocket, 'emit'> | ReturnType<LiveServer['to']> | undefined {
  const [first] = sockets;
  return sockets.length > 1 ? first?.nsp.to(sockets.map(({ id }) => id)) : first;
}

/** Sends it to everyone of this process who follows the connection; an update also to whose activity shows it. */
export function broadcast(server: LiveServer, event: OperationEvent): void {
  const message = toMessage(event);
  const followers = rooms.connection(event.connectionId);
  if (message.name === 'operation:log') server.to(followers).emit(message.name, message.payload);
  else
    server.to([followers, rooms.activity(event.connectionId), rooms.allActivity]).emit(message.name, message.payload);
}
