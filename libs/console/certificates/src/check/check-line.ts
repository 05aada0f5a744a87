import { ChangeDetectionStrategy, Component, computed, inject, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Session } from '@lockstep/console-access';
import { OperationActions } from '@lockstep/console-operations';
import { Icon, Spinner } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import { CertificateCheckStatus } from './certificate-check-status';

/** When everything was looked at last, what that came to, and *Check now*. */
@Component({
  selector: 'lockstep-check-line',
  imports: [Icon, MatButton, RelativeTime, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p class="ls-small ls-secondary" role="status">
      @if (isChecking()) {
        <ng-container i18n>Looking at what is served …</ng-container>
      } @else if (status.check(); as check) {
        @if (check.endedAt; as endedAt) {
          <ng-container i18n>Checked</ng-container>&ngsp;<lockstep-relative-time [at]="endedAt" />: {{ found() }}
        } @else {
          <ng-container i18n>Not checked yet</ng-container>
        }
      }
    </p>
    @if (mayCheck()) {
      <button matButton="text" type="button" [disabled]="isChecking()" (click)="checkNow()">
        @if (isChecking()) {
          <lockstep-spinner [size]="14" />
        } @else {
          <lockstep-icon name="refresh" [size]="15" />
        }
        <ng-container i18n>Check now</ng-container>
      </button>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 8px;
    }
    p {
      margin: 0;
    }
  `,
})
export class CheckLine {
  private readonly actions = inject(OperationActions);
  private readonly session = inject(Session);
  protected readonly status = inject(CertificateCheckStatus);
  /** A check has ended: what is known of certificates may be other than before. */
  readonly checked = output();

  protected readonly isChecking = signal(false);
  protected readonly mayCheck = computed(() => this.session.may('certificates.manage'));
  protected readonly found = computed(() => {
    const { checked, troubled } = this.status.check() ?? { checked: 0, troubled: 0 };
    if (checked === 0) return $localize`there was nothing to look at`;
    return troubled === 0
      ? $localize`all as deployed`
      : $localize`${troubled}:COUNT: of ${checked}:ALL: not as deployed`;
  });

  protected async checkNow(): Promise<void> {
    this.isChecking.set(true);
    await this.actions.attempt(() => this.status.checkNow());
    this.isChecking.set(false);
    this.checked.emit();
  }
}
