import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { Router } from '@angular/router';
import { Api, getService } from '@lockstep/console-api';
import { OperationsStore, describeActor } from '@lockstep/console-operations';
import { Icon, Spinner, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { Operation, ServiceDetail } from '@lockstep/contract';
import { PrivilegeList } from '../privileges/privilege-list';
import { RestartFacts } from './restart-facts';
import type { RestartTarget } from './service-restarts';

/** Asks before a restart: what stops with it, what is tested first, and whether this login may do it. Closes with true when it shall be. */
@Component({
  selector: 'lockstep-restart-dialog',
  imports: [
    Icon,
    MatButton,
    MatDialogActions,
    MatDialogClose,
    MatDialogContent,
    MatDialogTitle,
    PrivilegeList,
    RestartFacts,
    Spinner,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title class="ls-break" i18n>Restart {{ target.service }} on {{ target.connectionName }}?</h2>
    <mat-dialog-content>
      <div class="ls-stack">
        @if (running(); as operation) {
          <div class="ls-notice" role="status">
            <lockstep-spinner />
            <p i18n>{{ describeActor(operation.actor) }} is restarting it right now. You can watch that restart.</p>
          </div>
        }
        @if (detail(); as detail) {
          <lockstep-restart-facts [detail]="detail" />
          @if (missing().length > 0) {
            <section class="ls-stack missing">
              <p class="ls-small ls-secondary" i18n>These lines of sudoers allow it, and nothing more:</p>
              <lockstep-privilege-list [privileges]="missing()" />
            </section>
          }
        } @else if (problem(); as problem) {
          <div class="ls-notice ls-notice--warning" role="alert">
            <lockstep-icon name="warning" />
            <div>
              <strong>{{ problem.title }}.</strong>&ngsp;<span class="ls-break">{{ problem.detail }}</span>
              <p i18n>What depends on it is not known. The restart itself tells what goes wrong.</p>
            </div>
          </div>
        } @else {
          <p class="ls-row ls-muted" role="status">
            <lockstep-spinner /><ng-container i18n>Asking the host what depends on it …</ng-container>
          </p>
        }
      </div>
    </mat-dialog-content>
    <mat-dialog-actions class="ls-dialog-actions">
      <button matButton="outlined" type="button" mat-dialog-close i18n>Cancel</button>
      @if (running(); as operation) {
        <button matButton="filled" type="button" (click)="watch(operation)" i18n>Watch the running one</button>
      } @else {
        <button matButton="filled" type="button" [mat-dialog-close]="true">
          @if (detail()?.mayRestart === false) {
            <ng-container i18n>Try it anyway</ng-container>
          } @else {
            <ng-container i18n>Restart</ng-container>
          }
        </button>
      }
    </mat-dialog-actions>
  `,
  styles: `
    .missing {
      gap: 8px;
    }
  `,
})
export class RestartDialog {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly dialog = inject<MatDialogRef<RestartDialog, boolean>>(MatDialogRef);
  protected readonly target = inject<RestartTarget>(MAT_DIALOG_DATA);
  private readonly store = inject(OperationsStore);

  protected readonly describeActor = describeActor;
  protected readonly detail = signal<ServiceDetail | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly running = computed(() =>
    this.store.activeOf(this.target.connectionId, 'service_restart', this.target.service),
  );
  protected readonly missing = computed(() =>
    (this.detail()?.privileges ?? []).filter(({ present }) => present === false),
  );

  constructor() {
    void this.load();
  }

  protected watch(operation: Operation): void {
    this.dialog.close(false);
    void this.router.navigate(['/operations', operation.id]);
  }

  private async load(): Promise<void> {
    const { connectionId, service } = this.target;
    try {
      this.detail.set(await this.api.invoke(getService, { id: connectionId, service }));
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
