import { Injectable, effect, inject, untracked } from '@angular/core';
import { MatDialog, type MatDialogRef } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { Session } from './session';

/** Acts on what becomes of the session: asks to sign in again where it expired, leads to the sign-in page where it ended. */
@Injectable({ providedIn: 'root' })
export class SessionKeeper {
  private readonly session = inject(Session);
  private readonly dialog = inject(MatDialog);
  private readonly router = inject(Router);
  private asking: MatDialogRef<unknown> | null = null;

  constructor() {
    effect(() => {
      const state = this.session.state();
      untracked(() => {
        if (state === 'expired') void this.ask();
        if (state === 'signed_in') this.asking?.close();
        if (state === 'signed_out') this.leave();
      });
    });
  }

  private async ask(): Promise<void> {
    if (this.asking !== null) return;
    const { SignInAgainDialog } = await import('./sign-in-again-dialog');
    if (this.session.state() !== 'expired') return;
    this.asking = this.dialog.open(SignInAgainDialog, { width: '420px', disableClose: true });
    this.asking.afterClosed().subscribe(() => (this.asking = null));
  }

  private leave(): void {
    this.asking?.close();
    const isOutside = /^\/(sign-in|setup)/.test(this.router.url);
    if (this.router.navigated && !isOutside) void this.router.navigate(['/sign-in']);
  }
}
