import { ApplicationRef, InjectionToken, inject } from '@angular/core';
import { socketPath } from '@lockstep/contract';
import { Socket } from 'ngx-socket-io';

/** The parts of ngx-socket-io's socket that are used here; tests give their own. */
export interface SocketPort extends Pick<
  Socket,
  'connect' | 'disconnect' | 'emitWithAck' | 'connected' | 'active' | 'auth'
> {
  on<Payload>(event: string, listener: (payload: Payload) => void): unknown;
  removeListener<Payload>(event: string, listener: (payload: Payload) => void): unknown;
}

/**
 * The socket on this origin; `LiveSocket` connects it once there is a token. Made here and not by `provideSocketIo`, which
 * the application would have to name at its start, with all of Socket.IO on the sign-in page.
 */
export const SOCKET_PORT = new InjectionToken<SocketPort>('SOCKET_PORT', {
  factory: () => new Socket({ url: '', options }, inject(ApplicationRef)),
});

const options = {
  path: socketPath,
  transports: ['websocket'],
  autoConnect: false,
  reconnection: true,
  reconnectionAttempts: Number.POSITIVE_INFINITY,
  reconnectionDelay: 500,
  reconnectionDelayMax: 30_000,
  randomizationFactor: 0.5,
};
