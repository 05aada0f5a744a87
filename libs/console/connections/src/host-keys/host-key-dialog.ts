import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { Icon, ProblemNotice } from '@lockstep/console-ui';
import { HostKeyComparison } from './host-key-comparison';
import type { HostKeyStore } from './host-key-store';

export interface HostKeyDialogData {
  readonly store: HostKeyStore;
  readonly connectionName: string;
}

export type HostKeyDecision = 'approved' | 'refused' | undefined;

/** Calm for a first key; for a changed one it says what that can mean, and the safe way out comes first. */
@Component({
  selector: 'lockstep-host-key-dialog',
  imports: [HostKeyComparison, Icon, MatButton, MatDialogActions, MatDialogContent, MatDialogTitle, ProblemNotice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title>
      @if (store.isChanged()) {
        <ng-container i18n>The host key of {{ data.connectionName }} has changed</ng-container>
      } @else {
        <ng-container i18n>Is this really {{ data.connectionName }}?</ng-container>
      }
    </h2>
    <mat-dialog-content>
      <div class="ls-stack">
        @if (store.isChanged()) {
          <div class="ls-notice ls-notice--danger">
            <lockstep-icon name="warning" />
            <p i18n>
              Either the host was reinstalled or replaced, or someone stands between Lockstep and the host. Nothing was
              sent to it: no login was tried. Find out which before you approve.
            </p>
          </div>
        } @else {
          <p i18n>
            This key identifies the host. Once you approve it, any other key is refused, so it is worth comparing it
            once.
          </p>
        }
        @if (key(); as key) {
          <lockstep-host-key-comparison [key]="key" [approved]="approved()" />
        }
        @if (store.problem(); as problem) {
          <lockstep-problem-notice [problem]="problem" />
        }
      </div>
    </mat-dialog-content>
    <mat-dialog-actions class="ls-dialog-actions">
      <button matButton type="button" (click)="dialog.close()" i18n>Decide later</button>
      <button matButton="outlined" type="button" (click)="refuse()" i18n>Refuse</button>
      <button matButton="filled" type="button" [class.lockstep-danger]="store.isChanged()" (click)="approve()">
        @if (store.isChanged()) {
          <ng-container i18n>Approve the new key</ng-container>
        } @else {
          <ng-container i18n>Approve and test</ng-container>
        }
      </button>
    </mat-dialog-actions>
  `,
})
export class HostKeyDialog {
  protected readonly data = inject<HostKeyDialogData>(MAT_DIALOG_DATA);
  protected readonly dialog = inject<MatDialogRef<HostKeyDialog, HostKeyDecision>>(MatDialogRef);
  protected readonly store = this.data.store;
  protected readonly key = computed(() => this.store.pending()[0]);
  protected readonly approved = computed(() => this.store.accepted()[0] ?? null);

  protected async approve(): Promise<void> {
    const key = this.key();
    if (key !== undefined && (await this.store.accept(key.fingerprint))) this.dialog.close('approved');
  }

  protected async refuse(): Promise<void> {
    const key = this.key();
    if (key !== undefined && (await this.store.refuse(key.fingerprint))) this.dialog.close('refused');
  }
}
