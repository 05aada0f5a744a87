import { Injectable } from '@angular/core';
import { Subject } from 'rxjs';

export type SessionMessage = 'signed_in' | 'signed_out';

/** What the tabs of one browser must agree on. */
@Injectable({ providedIn: 'root' })
export class SessionChannel {
  private readonly channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('lockstep-session');
  private readonly received = new Subject<SessionMessage>();
  readonly messages = this.received.asObservable();

  constructor() {
    this.channel?.addEventListener('message', (event: MessageEvent<SessionMessage>) => this.received.next(event.data));
  }

  post(message: SessionMessage): void {
    this.channel?.postMessage(message);
  }

  /** The refresh token rotates, and using an old one ends the session: so only one tab at a time may use it. */
  async oneTabAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
    const locks = (navigator as { locks?: LockManager }).locks;
    return locks === undefined ? await work() : await locks.request('lockstep-session', work);
  }
}
