import { Injectable, Injector, effect, inject, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { Session } from './session';

/** Acts on what becomes of the session: asks to sign in again where it expired, leads to the sign-in page where it ended. */
@Injectable({ providedIn: 'root' })
export class SessionKeeper {
  private readonly session = inject(Session);
  private readonly injector = inject(Injector);
  private readonly router = inject(Router);
  /** Closes the dialog that asks; null while none is open. */
  private stopAsking: (() => void) | null = null;

  constructor() {
    effect(() => {
      const state = this.session.state();
      untracked(() => {
        if (state === 'expired') void this.ask();
        if (state === 'signed_in') this.stopAsking?.();
        if (state === 'signed_out') this.leave();
      });
    });
  }

  /** Dialogs are fetched when one is needed: most sessions never expire under one's hands. */
  private async ask(): Promise<void> {
    const { openSignInAgain } = await import('./sign-in-again-dialog');
    if (this.session.state() !== 'expired' || this.stopAsking !== null) return;
    this.stopAsking = openSignInAgain(this.injector, () => (this.stopAsking = null));
  }

  private leave(): void {
    this.stopAsking?.();
    const isOutside = /^\/(sign-in|setup)/.test(this.router.url);
    if (this.router.navigated && !isOutside) void this.router.navigate(['/sign-in']);
  }
}
