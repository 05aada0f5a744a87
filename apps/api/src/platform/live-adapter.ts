import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { IncomingMessage } from 'node:http';
import type { Server, ServerOptions } from 'socket.io';

/** Bytes of one frame from a client. */
const mostFrameBytes = 65_536;

/** Whether a browser page of this origin may call: our own, or one that CONSOLE_ORIGIN names. No origin: not a browser. */
function isAllowedOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (allowed.includes(origin)) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host;
}

/** Socket.IO with the origin checked at the handshake: CORS does not cover websockets. */
export class LiveAdapter extends IoAdapter {
  constructor(
    application: INestApplicationContext,
    private readonly allowedOrigins: readonly string[],
  ) {
    super(application);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    return super.createIOServer(port, {
      ...options,
      cors: { origin: [...this.allowedOrigins], credentials: true },
      maxHttpBufferSize: mostFrameBytes,
      serveClient: false,
      allowRequest: (request: IncomingMessage, decide: (error: string | null, allowed: boolean) => void) => {
        decide(null, isAllowedOrigin(request, this.allowedOrigins));
      },
    } as ServerOptions);
  }
}
