import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { CopyButton, RelativeTime } from '@lockstep/console-ui/overlays';
import type { HostKey } from '@lockstep/contract';

/** A waiting key in full, the approved one beside it when it differs, and how to compare on the host itself. */
@Component({
  selector: 'lockstep-host-key-comparison',
  imports: [CopyButton, RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (approved(); as approved) {
      <dl>
        <dt i18n>Approved until now</dt>
        <dd class="ls-mono ls-break old">{{ approved.fingerprint }}</dd>
        <dd class="ls-small ls-muted">
          {{ approved.algorithm }}
          @if (approved.acceptedAt) {
            <ng-container i18n
              >· approved by {{ approved.acceptedBy ?? '—' }} <lockstep-relative-time [at]="approved.acceptedAt"
            /></ng-container>
          }
        </dd>
      </dl>
    }
    <dl>
      <dt>
        @if (approved()) {
          <ng-container i18n>Offered now</ng-container>
        } @else {
          <ng-container i18n>Fingerprint</ng-container>
        }
      </dt>
      <dd class="ls-row">
        <strong class="ls-mono ls-break">{{ key().fingerprint }}</strong>
        <lockstep-copy-button [text]="key().fingerprint" label="Copy fingerprint" i18n-label />
      </dd>
      <dd class="ls-small ls-muted">
        {{ key().algorithm }} ·
        <ng-container i18n>first seen <lockstep-relative-time [at]="key().seenAt" /></ng-container>
      </dd>
    </dl>
    <div class="compare">
      <p class="ls-small ls-secondary" i18n>
        To compare, run this on the host itself, at its own console and not over this connection. The same fingerprint
        must appear:
      </p>
      <div class="ls-row">
        <code class="ls-break">{{ command() }}</code>
        <lockstep-copy-button [text]="command()" label="Copy command" i18n-label />
      </div>
    </div>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 14px;
    }
    dt {
      margin-bottom: 2px;
      color: var(--ls-ink-3);
      font-size: 12.5px;
    }
    strong {
      color: var(--ls-ink);
      font-size: 13.5px;
      font-weight: 600;
    }
    .old {
      color: var(--ls-ink-2);
      text-decoration: line-through;
      text-decoration-color: var(--ls-failed);
    }
    .compare > div {
      justify-content: space-between;
      margin-top: 6px;
      padding: 2px 4px 2px 12px;
      border-radius: var(--ls-radius);
      background: var(--ls-sunken);
    }
    code {
      color: var(--ls-ink);
    }
  `,
})
export class HostKeyComparison {
  readonly key = input.required<HostKey>();
  readonly approved = input<HostKey | null>(null);
  /** OpenSSH names the files of its host keys by kind. */
  protected readonly command = computed(() => {
    const kind = /ed25519|ecdsa|rsa|dsa/.exec(this.key().algorithm)?.[0] ?? 'ed25519';
    return `ssh-keygen -lf /etc/ssh/ssh_host_${kind}_key.pub`;
  });
}
