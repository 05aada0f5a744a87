import { DestroyRef, DOCUMENT, Injectable, inject, signal } from '@angular/core';

/** The present moment as a signal, in milliseconds since 1970, one step a second while the page is visible. Asks no server. */
@Injectable({ providedIn: 'root' })
export class Clock {
  private readonly document = inject(DOCUMENT);
  private readonly moment = signal(Date.now());
  readonly now = this.moment.asReadonly();

  constructor() {
    const timer = setInterval(() => {
      if (this.document.visibilityState === 'visible') this.moment.set(Date.now());
    }, 1_000);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
