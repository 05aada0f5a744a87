import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';

export interface Confirmation {
  readonly heading: string;
  /** What it touches and what depends on it, one paragraph each. */
  readonly paragraphs: readonly string[];
  /** The verb on the button. */
  readonly action: string;
  readonly danger: boolean;
}

/** The one dialog that asks before something is done. Closes with true when it shall be. */
@Component({
  selector: 'lockstep-confirm-dialog',
  imports: [MatButton, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title>{{ data.heading }}</h2>
    <mat-dialog-content>
      <div class="ls-stack">
        @for (paragraph of data.paragraphs; track $index) {
          <p>{{ paragraph }}</p>
        }
      </div>
    </mat-dialog-content>
    <mat-dialog-actions class="ls-dialog-actions">
      <button matButton="outlined" type="button" mat-dialog-close i18n>Keep as it is</button>
      <button matButton="filled" type="button" [mat-dialog-close]="true" [class.lockstep-danger]="data.danger">
        {{ data.action }}
      </button>
    </mat-dialog-actions>
  `,
})
export class ConfirmDialog {
  protected readonly data = inject<Confirmation>(MAT_DIALOG_DATA);
}
