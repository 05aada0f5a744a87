import { Injectable, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';
import type { Confirmation } from './confirm-dialog';
import { dialogFocus } from './dialog-focus';

/** Asks a person before something is done. */
@Injectable({ providedIn: 'root' })
export class Confirm {
  private readonly dialog = inject(MatDialog);

  /** True when the person agreed; false when they closed the dialog in any other way. */
  async ask(confirmation: Confirmation): Promise<boolean> {
    const { ConfirmDialog } = await import('./confirm-dialog');
    const opened = this.dialog.open(ConfirmDialog, {
      ...dialogFocus,
      data: confirmation,
      width: '460px',
      autoFocus: 'dialog',
    });
    return (await firstValueFrom(opened.afterClosed())) === true;
  }
}
