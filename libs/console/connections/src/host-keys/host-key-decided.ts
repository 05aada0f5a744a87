import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon } from '@lockstep/console-ui';

/** In place of a failure that was only about the host key, once somebody has decided: what to do next is a test. */
@Component({
  selector: 'lockstep-host-key-decided',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'status' },
  template: `
    <div class="ls-notice">
      <lockstep-icon name="key" [size]="20" />
      <p>
        @if (approved()) {
          <strong i18n>The host key has been approved since the last test.</strong>&ngsp;<ng-container i18n
            >Test again: now Lockstep signs in.</ng-container
          >
        } @else {
          <strong i18n>The host key was refused.</strong>&ngsp;<ng-container i18n
            >Test again to see which one the host offers now.</ng-container
          >
        }
      </p>
      <ng-content />
    </div>
  `,
  styles: `
    :host {
      display: block;
    }
    .ls-notice {
      flex-wrap: wrap;
      align-items: center;
      padding: 12px 16px;
    }
    .ls-notice > lockstep-icon {
      margin: 0;
    }
    p {
      flex: 1 1 200px;
    }
    strong {
      font-weight: 620;
    }
  `,
})
export class HostKeyDecided {
  readonly approved = input.required<boolean>();
}
