import { InjectionToken } from '@angular/core';
import type { Observable } from 'rxjs';

/** Where the socket gets its token from. The session provides it; this library knows nothing of signing in. */
export interface LiveCredentials {
  /** A token that is valid now, refreshed first if need be; null when there is none to be had. */
  token(): Promise<string | null>;
  /** A token other than the one just refused, or null when one has to sign in again. */
  renew(): Promise<string | null>;
  /** Every token from now on, as the session gets them; null when it ends. */
  readonly tokens: Observable<string | null>;
}

export const LIVE_CREDENTIALS = new InjectionToken<LiveCredentials>('LIVE_CREDENTIALS');
