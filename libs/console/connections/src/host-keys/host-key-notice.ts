import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Session } from '@lockstep/console-access';
import { Icon } from '@lockstep/console-ui';
import { HostKeyStore } from './host-key-store';

/** On top of a host's page while a key waits: the decision comes before everything else. Calm for a first key, loud for a changed one. */
@Component({
  selector: 'lockstep-host-key-notice',
  imports: [Icon, MatButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[attr.role]': "store().isChanged() ? 'alert' : 'status'" },
  template: `
    <div class="ls-notice" [class]="store().isChanged() ? 'ls-notice--danger' : 'ls-notice--warning'">
      <lockstep-icon [name]="store().isChanged() ? 'warning' : 'key'" [size]="20" />
      <div class="words">
        @if (store().isChanged()) {
          <strong i18n>The host key has changed.</strong>
          <p i18n>Every operation on this host is refused until somebody decides which key is right.</p>
        } @else {
          <strong i18n>The host has shown its key.</strong>
          <p i18n>Lockstep does not sign in before somebody has compared and approved it, once.</p>
        }
        @if (!mayAccept()) {
          <p class="ls-secondary" i18n>An operator or administrator must decide.</p>
        }
      </div>
      <div class="ls-row actions">
        @if (mayAccept()) {
          <button matButton="filled" type="button" (click)="decide.emit()">
            <lockstep-icon name="key" [size]="15" /><ng-container i18n>Compare and decide</ng-container>
          </button>
        }
        <ng-content />
      </div>
    </div>
  `,
  styles: `
    :host {
      display: block;
    }
    .ls-notice {
      align-items: center;
      padding: 12px 16px;
    }
    .ls-notice > lockstep-icon {
      margin: 0;
      color: var(--ls-waiting);
    }
    .ls-notice--danger > lockstep-icon {
      color: var(--ls-failed);
    }
    .words {
      flex: 1;
      min-width: 0;
    }
    strong {
      font-weight: 620;
    }
    @media (width < 720px) {
      .ls-notice {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        align-items: start;
      }
      .actions {
        grid-column: 1 / -1;
      }
    }
  `,
})
export class HostKeyNotice {
  private readonly session = inject(Session);
  readonly store = input.required<HostKeyStore>();
  readonly decide = output();
  protected readonly mayAccept = computed(() => this.session.may('host_keys.accept'));
}
