import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Icon } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import { CertificateCheckStatus } from './certificate-check-status';

/** Says so when nobody watches over the certificates; nothing at all while somebody does. */
@Component({
  selector: 'lockstep-check-warning',
  imports: [Icon, RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (status.check(); as check) {
      @if (!status.isWatched()) {
        <div class="ls-notice ls-notice--warning" role="alert">
          <lockstep-icon name="warning" />
          <div>
            @if (status.isStalled()) {
              <p>
                <ng-container i18n
                  >Nothing renews itself now: no worker has looked for due certificates since</ng-container
                >&ngsp;<lockstep-relative-time [at]="check.renewalsLookedAt" />.&ngsp;<ng-container i18n
                  >Is a process with LOCKSTEP_ROLE all or worker running?</ng-container
                >
              </p>
            }
            @if (status.isOverdue()) {
              <p>
                @if (check.endedAt; as endedAt) {
                  <ng-container i18n>What is served was not checked for more than a day. Last time:</ng-container
                  >&ngsp;<lockstep-relative-time [at]="endedAt" />.
                } @else {
                  <ng-container i18n>What is served has never been checked.</ng-container>
                }
              </p>
            }
          </div>
        </div>
      }
    }
  `,
  styles: `
    /* Where there is nothing to say it takes no room between its neighbours. */
    :host {
      display: contents;
    }
  `,
})
export class CheckWarning {
  protected readonly status = inject(CertificateCheckStatus);
}
