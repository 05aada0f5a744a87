import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Session } from '@lockstep/console-access';
import { Icon, ProblemNotice, StatusBadge } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import { HostKeyStore } from './host-key-store';

/** By which key a host is known, who approved it and when; a waiting or changed one asks for a decision. */
@Component({
  selector: 'lockstep-host-key-card',
  imports: [Icon, MatButton, ProblemNotice, RelativeTime, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="host-key-title">
      <div class="ls-card__head">
        <h2 id="host-key-title" i18n>Host key</h2>
        @if (store().isChanged()) {
          <lockstep-status-badge tone="failed" icon="warning" word="Changed" i18n-word />
        } @else if (store().pending().length > 0) {
          <lockstep-status-badge tone="waiting" word="Waits for approval" i18n-word />
        } @else if (store().accepted().length > 0) {
          <lockstep-status-badge tone="completed" icon="shield" word="Approved" i18n-word />
        }
      </div>
      <div class="ls-card__body ls-stack">
        @if (store().problem(); as problem) {
          <lockstep-problem-notice [problem]="problem" />
        }
        @if (store().isChanged()) {
          <div class="ls-notice ls-notice--danger" role="alert">
            <lockstep-icon name="warning" />
            <p i18n>
              The host offered another key than the approved one. Every operation on it is refused until somebody
              decides.
            </p>
          </div>
        }
        @for (key of store().pending(); track key.fingerprint) {
          <div>
            <p class="ls-small ls-muted" i18n>Offered by the host</p>
            <p class="ls-mono ls-break">{{ key.fingerprint }}</p>
            <p class="ls-small ls-muted">{{ key.algorithm }} · <lockstep-relative-time [at]="key.seenAt" /></p>
          </div>
        }
        @if (store().pending().length > 0) {
          @if (mayAccept()) {
            <div>
              <button matButton="filled" type="button" (click)="decide.emit()">
                <lockstep-icon name="key" [size]="15" /><ng-container i18n>Compare and decide</ng-container>
              </button>
            </div>
          } @else {
            <p class="ls-small ls-secondary" i18n>An operator or administrator must approve it.</p>
          }
        }
        @for (key of store().accepted(); track key.fingerprint) {
          <div>
            <p class="ls-mono ls-break">{{ key.fingerprint }}</p>
            <p class="ls-small ls-muted">
              {{ key.algorithm }}
              @if (key.acceptedAt) {
                <ng-container i18n
                  >· approved by {{ key.acceptedBy ?? '—' }} <lockstep-relative-time [at]="key.acceptedAt"
                /></ng-container>
              }
            </p>
          </div>
        }
        @if (store().isLoaded() && store().pending().length === 0 && store().accepted().length === 0) {
          <p class="ls-small ls-secondary" i18n>Not seen yet. The first test shows the key, and you approve it once.</p>
        }
      </div>
    </section>
  `,
})
export class HostKeyCard {
  private readonly session = inject(Session);
  readonly store = input.required<HostKeyStore>();
  readonly decide = output();
  protected readonly mayAccept = computed(() => this.session.may('host_keys.accept'));
}
