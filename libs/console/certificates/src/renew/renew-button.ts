import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { OperationsStore } from '@lockstep/console-operations';
import { Icon, Spinner } from '@lockstep/console-ui';
import { CertificateRenewals } from './certificate-renewals';

/** *Renew*: knows its operation. While one runs, whoever started it, it shows the message with the percentage and leads to it. */
@Component({
  selector: 'lockstep-renew-button',
  imports: [Icon, MatButton, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (running(); as operation) {
      <button matButton="outlined" type="button" class="running" (click)="open(operation.id)">
        <lockstep-spinner [size]="14" />
        <span class="ls-cut" role="status">{{ operation.message || words.renewing }}</span>
        <strong class="ls-number">{{ operation.progress }} %</strong>
        <lockstep-icon name="right" [size]="13" />
        <span class="ls-visually-hidden" i18n>Open the running renewal</span>
      </button>
    } @else if (mayStart()) {
      <button matButton="filled" type="button" [disabled]="isAsking()" (click)="start()">
        @if (isAsking()) {
          <lockstep-spinner [size]="14" />
        } @else {
          <lockstep-icon name="refresh" [size]="15" />
        }
        <ng-container i18n>Renew</ng-container>
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
      max-width: min(400px, 80vw);
    }
    strong {
      flex: none;
      font-weight: 600;
    }
  `,
})
export class RenewButton {
  private readonly store = inject(OperationsStore);
  private readonly renewals = inject(CertificateRenewals);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  readonly certificateId = input.required<number>();
  /** That of its first target, to which the renewal belongs. */
  readonly connectionId = input.required<number>();

  protected readonly words = { renewing: $localize`Renewing …` };
  protected readonly isAsking = signal(false);
  protected readonly mayStart = computed(() => this.session.may('operations.start'));
  protected readonly running = computed(() =>
    this.store.activeOf(this.connectionId(), 'certificate_renewal', String(this.certificateId())),
  );

  protected async start(): Promise<void> {
    this.isAsking.set(true);
    await this.renewals.start(this.certificateId());
    this.isAsking.set(false);
  }

  protected open(operationId: string): void {
    void this.router.navigate(['/operations', operationId]);
  }
}
