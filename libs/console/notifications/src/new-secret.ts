import { Injectable } from '@angular/core';

/** A signing secret that was just made, on its way to the one page that shows it. It is nowhere else and not kept. */
@Injectable({ providedIn: 'root' })
export class NewSecret {
  private carried: { readonly channelId: number; readonly secret: string } | null = null;

  carry(channelId: number, secret: string | null): void {
    this.carried = secret === null ? null : { channelId, secret };
  }

  /** Gives it away, once. */
  take(channelId: number): string | null {
    const { carried } = this;
    this.carried = null;
    return carried?.channelId === channelId ? carried.secret : null;
  }
}
