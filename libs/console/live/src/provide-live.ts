import { makeEnvironmentProviders, type EnvironmentProviders, type Type } from '@angular/core';
import { socketPath } from '@lockstep/contract';
import { provideSocketIo } from 'ngx-socket-io';
import { LIVE_CREDENTIALS, type LiveCredentials } from './live-credentials';

/** The socket on this origin. It connects once the credentials have a token. */
export function provideLive(credentials: Type<LiveCredentials>): EnvironmentProviders {
  return makeEnvironmentProviders([
    provideSocketIo({
      url: '',
      options: {
        path: socketPath,
        transports: ['websocket'],
        autoConnect: false,
        reconnection: true,
        reconnectionAttempts: Number.POSITIVE_INFINITY,
        reconnectionDelay: 500,
        reconnectionDelayMax: 30_000,
        randomizationFactor: 0.5,
      },
    }),
    { provide: LIVE_CREDENTIALS, useExisting: credentials },
  ]);
}
