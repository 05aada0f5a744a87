import { Injectable, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router } from '@angular/router';
import type { RollingRestart } from '@lockstep/contract';
import { firstValueFrom } from 'rxjs';

/** What is known already when someone wants a rolling restart: either the hosts, or a tag (empty: still to be chosen). */
export type RollingRestartWish =
  | { readonly connectionIds: readonly number[]; readonly service?: string }
  | { readonly tag: string; readonly service?: string };

/** Opens the dialog in which a rolling restart is made up. */
@Injectable({ providedIn: 'root' })
export class RollingRestarts {
  private readonly dialog = inject(MatDialog);
  private readonly router = inject(Router);

  /** True when one was started; its page is shown then. */
  async configure(wish: RollingRestartWish): Promise<boolean> {
    const { RollingRestartDialog } = await import('./rolling-restart-dialog');
    const opened = this.dialog.open<unknown, RollingRestartWish, RollingRestart>(RollingRestartDialog, {
      data: wish,
      width: '620px',
      autoFocus: 'first-tabbable',
    });
    const started = await firstValueFrom(opened.afterClosed());
    if (started === undefined) return false;
    await this.router.navigate(['/rolling-restarts', started.id]);
    return true;
  }
}
