import { Logger } from '@nestjs/common';
import type { LiveServer, LiveSocket } from './socket-messages.js';

/** Bytes and packets that may wait for one client. */
const mostBytes = 4 * 1_048_576;
const mostPackets = 2_000;
const lookMs = 250;

/** What engine.io keeps of a connection and does not type: the packets that wait, and the websocket below. */
interface EngineConnection {
  readonly writeBuffer: unknown[];
  readonly transport: { readonly socket?: { readonly bufferedAmount: number; terminate(): void } };
}

const engineOf = (socket: LiveSocket): EngineConnection => socket.conn as unknown as EngineConnection;

const isClogged = ({ writeBuffer, transport }: EngineConnection): boolean =>
  writeBuffer.length > mostPackets || (transport.socket?.bufferedAmount ?? 0) > mostBytes;

/** Cuts a client that does not read: what it misses it gets when it comes back with its cursor. Returns how to stop. */
export function watchBackpressure(server: LiveServer): () => void {
  const logger = new Logger('Live');
  const timer = setInterval(() => {
    for (const socket of server.sockets.sockets.values()) {
      const engine = engineOf(socket);
      if (!isClogged(engine)) continue;
      logger.warn(`A client that does not read was cut (${socket.id}).`);
      engine.writeBuffer.length = 0;
      engine.transport.socket?.terminate();
    }
  }, lookMs);
  return () => clearInterval(timer);
}
