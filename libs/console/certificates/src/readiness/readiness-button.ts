import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { OperationsStore } from '@lockstep/console-operations';
import { Icon, Spinner } from '@lockstep/console-ui';
import { ReadinessChecks } from './readiness-checks';

/** *Check readiness*: would a renewal get through? While one runs, whoever started it, it shows the step and leads to it. */
@Component({
  selector: 'lockstep-readiness-button',
  imports: [Icon, MatButton, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (running(); as operation) {
      <button matButton="outlined" type="button" class="running" (click)="open(operation.id)">
        <lockstep-spinner [size]="14" />
        <span class="ls-cut" role="status">{{ operation.message }}</span>
        <lockstep-icon name="right" [size]="13" />
        <span class="ls-visually-hidden" i18n>Open the running check</span>
      </button>
    } @else if (mayStart()) {
      <button matButton="outlined" type="button" [disabled]="isAsking()" (click)="start()">
        @if (isAsking()) {
          <lockstep-spinner [size]="14" />
        } @else {
          <lockstep-icon name="check" [size]="15" />
        }
        <ng-container i18n>Check readiness</ng-container>
      </button>
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      min-width: 0;
    }
    .running {
      --mat-button-outlined-label-text-color: var(--ls-running);
      max-width: min(320px, 80vw);
    }
  `,
})
export class ReadinessButton {
  private readonly store = inject(OperationsStore);
  private readonly checks = inject(ReadinessChecks);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  readonly certificateId = input.required<number>();
  /** That of its first target. */
  readonly connectionId = input.required<number>();

  protected readonly isAsking = signal(false);
  protected readonly mayStart = computed(() => this.session.may('operations.start'));
  protected readonly running = computed(() =>
    this.store.activeOf(this.connectionId(), 'certificate_rehearsal', String(this.certificateId())),
  );

  protected async start(): Promise<void> {
    this.isAsking.set(true);
    await this.checks.start(this.certificateId());
    this.isAsking.set(false);
  }

  protected open(operationId: string): void {
    void this.router.navigate(['/operations', operationId]);
  }
}
