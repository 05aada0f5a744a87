import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { ProblemNotice, StatusBadge } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import { HostKeyStore } from './host-key-store';

/** By which key a host is known, who approved it and when, and which one waits. The decision itself is asked on top of the page. */
@Component({
  selector: 'lockstep-host-key-card',
  imports: [ProblemNotice, RelativeTime, StatusBadge],
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
        @for (key of store().pending(); track key.fingerprint) {
          <div>
            <p class="ls-small ls-muted" i18n>Offered by the host</p>
            <p class="ls-mono ls-break">{{ key.fingerprint }}</p>
            <p class="ls-small ls-muted">{{ key.algorithm }} · <lockstep-relative-time [at]="key.seenAt" /></p>
          </div>
        }
        @for (key of store().accepted(); track key.fingerprint) {
          <div>
            @if (store().isChanged()) {
              <p class="ls-small ls-muted" i18n>Approved until now</p>
            }
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
  readonly store = input.required<HostKeyStore>();
}
