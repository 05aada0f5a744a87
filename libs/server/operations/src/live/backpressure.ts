import { Logger } from '@nestjs/common';
import type { LiveServer, LiveSocket } from './socket-messages.js';

/** Bytes and packets that may wait for one client. */
const mostBytes = 4 * 1_048_576;
const mostPackets = 2_000;
const lookMs = 250;

interface Buffered {
  readonly bufferedAmount?: number;
  terminate?(): void;
}

/** The websocket below a socket; engine.io keeps it on the transport and does not type it. */
const websocketOf = (socket: LiveSocket): Buffered | undefined =>
  (socket.conn.transport as unknown as { socket?: Buffered }).socket;

const isClogged = (socket: LiveSocket): boolean =>
  socket.conn.writeBuffer.length > mostPackets || (websocketOf(socket)?.bufferedAmount ?? 0) > mostBytes;

/** Cuts a client that does not read: what it misses it gets when it comes back with its cursor. Returns how to stop. */
export function watchBackpressure(server: LiveServer): () => void {
  const logger = new Logger('Live');
  const timer = setInterval(() => {
    for (const socket of server.sockets.sockets.values()) {
      if (!isClogged(socket)) continue;
      logger.warn(`A client that does not read was cut (${socket.id}).`);
      socket.conn.writeBuffer.length = 0;
      websocketOf(socket)?.terminate?.();
    }
  }, lookMs);
  return () => clearInterval(timer);
}
