import { Logger } from '@nestjs/common';
import type { LiveServer, LiveSocket } from './socket-messages.js';

/** Bytes and packets that may wait for a client that takes none of them. */
const mostBytes = 4 * 1_048_576;
const mostPackets = 2_000;
/** Bytes that may wait for one that does read, for example a long backlog over a slow line. */
const mostBytesReading = 32 * 1_048_576;
const lookMs = 250;

/** What engine.io keeps of a connection and does not type: the packets that wait, and the websocket below. */
interface EngineConnection {
  readonly writeBuffer: { readonly data?: unknown }[];
  readonly transport: { readonly socket?: { readonly bufferedAmount: number; terminate(): void } };
}

const engineOf = (socket: LiveSocket): EngineConnection => socket.conn as unknown as EngineConnection;

interface Waiting {
  readonly bytes: number;
  readonly packets: number;
}

/** engine.io hands a portion to the websocket, and keeps the packets that come meanwhile itself. */
const waitingOf = ({ writeBuffer, transport }: EngineConnection): Waiting => ({
  bytes: writeBuffer.reduce((sum, { data }) => sum + sizeOf(data), transport.socket?.bufferedAmount ?? 0),
  packets: writeBuffer.length,
});

/** Characters, which for our JSON are bytes but for a few. */
const sizeOf = (data: unknown): number => (typeof data === 'string' ? data.length : 0);

const isMuch = ({ bytes, packets }: Waiting): boolean => bytes > mostBytes || packets > mostPackets;

/** Whether a client is behind and, since the last look, has not caught up. */
const isClogged = (now: Waiting, before: Waiting | undefined): boolean =>
  now.bytes > mostBytesReading ||
  (isMuch(now) && before !== undefined && isMuch(before) && now.bytes >= before.bytes && now.packets >= before.packets);

/** Cuts a client that does not read: what it misses it gets when it comes back with its cursor. Returns how to stop. */
export function watchBackpressure(server: LiveServer): () => void {
  const logger = new Logger('Live');
  const seen = new WeakMap<LiveSocket, Waiting>();
  const timer = setInterval(() => {
    for (const socket of server.sockets.sockets.values()) {
      const engine = engineOf(socket);
      const waiting = waitingOf(engine);
      const clogged = isClogged(waiting, seen.get(socket));
      seen.set(socket, waiting);
      if (!clogged) continue;
      logger.warn(`A client that does not read was cut (${socket.id}).`);
      engine.writeBuffer.length = 0;
      engine.transport.socket?.terminate();
    }
  }, lookMs);
  return () => clearInterval(timer);
}
