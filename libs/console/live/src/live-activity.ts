import { Injectable, inject } from '@angular/core';
import type { Operation } from '@lockstep/contract';
import { EMPTY, Observable, catchError, from, mergeMap, share, switchMap } from 'rxjs';
import { LiveSocket } from './live-socket';

/** All active operations one may see, anew after each connect; their updates come with the rooms' updates. */
@Injectable({ providedIn: 'root' })
export class LiveActivity {
  private readonly socket = inject(LiveSocket);

  readonly snapshots: Observable<readonly Operation[]> = this.socket.connected.pipe(
    switchMap(() => from(this.socket.request('subscribe:activity', {})).pipe(catchError(() => EMPTY))),
    mergeMap((answer) => (answer.ok ? [answer.operations] : EMPTY)),
    share(),
  );
}
