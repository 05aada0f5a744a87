import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Icon, type IconName } from '@lockstep/console-ui';
import { operationErrorCatalogue, type Operation, type Permission } from '@lockstep/contract';
import { describeState, isOfCertificate } from '../words/operation-words';
import { WithFingerprints } from '../words/with-fingerprints';

interface Remedy {
  readonly label: string;
  /** Null: start it again. */
  readonly link: readonly (string | number)[] | null;
  readonly query: Record<string, string>;
  readonly needs: Permission;
}

const retry: Remedy = { label: $localize`Try again`, link: null, query: {}, needs: 'operations.start' };

/** Why it did not reach its goal: one sentence, the host's own words, what to do, and the one button that does it. */
@Component({
  selector: 'lockstep-failure-card',
  imports: [Icon, MatButton, RouterLink, WithFingerprints],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" [class]="tone()" aria-labelledby="failure-title">
      <lockstep-icon [name]="icon()" [size]="20" />
      <div class="words">
        <h2 id="failure-title">{{ title() }}</h2>
        @if (operation().error; as error) {
          <p><lockstep-with-fingerprints [text]="error" /></p>
        }
        @if (hostWords()) {
          <figure>
            <figcaption class="ls-small ls-muted" i18n>The host’s own words</figcaption>
            <!-- Long words scroll, by the keyboard too. -->
            <pre class="ls-mono ls-break" tabindex="0">{{ hostWords() }}</pre>
          </figure>
        }
        <p class="ls-secondary">{{ advice() }}</p>
        @if (shownRemedy(); as remedy) {
          <div>
            @if (remedy.link; as link) {
              <a matButton="filled" [routerLink]="link" [queryParams]="remedy.query">{{ remedy.label }}</a>
            } @else {
              <button matButton="filled" type="button" (click)="retry.emit()">{{ remedy.label }}</button>
            }
          </div>
        }
        <p class="ls-small ls-muted ls-mono">{{ operation().errorCode }}</p>
      </div>
    </section>
  `,
  styles: `
    section {
      display: flex;
      gap: 12px;
      padding: 16px;
      border-color: color-mix(in srgb, var(--tone) 35%, var(--ls-line));
      background: color-mix(in srgb, var(--wash) 55%, var(--ls-surface));
    }
    .failed {
      --tone: var(--ls-failed);
      --wash: var(--ls-failed-wash);
    }
    .waiting {
      --tone: var(--ls-waiting);
      --wash: var(--ls-waiting-wash);
    }
    .unknown {
      --tone: var(--ls-unknown);
      --wash: var(--ls-unknown-wash);
    }
    lockstep-icon {
      color: var(--tone);
    }
    .words {
      display: flex;
      flex: 1;
      flex-direction: column;
      gap: 8px;
      min-width: 0;
    }
    pre {
      max-height: 200px;
      margin: 4px 0 0;
      padding: 10px 12px;
      border-radius: var(--ls-radius);
      background: var(--ls-surface);
      border: 1px solid var(--ls-line);
      overflow: auto;
      white-space: pre-wrap;
    }
  `,
})
export class FailureCard {
  private readonly session = inject(Session);
  readonly operation = input.required<Operation>();
  /** What the host itself said, as far as it is in the log. */
  readonly hostWords = input('');
  readonly retry = output();

  private readonly definition = computed(() => operationErrorCatalogue[this.operation().errorCode ?? 'INTERNAL']);
  protected readonly title = computed(() => this.definition().title);
  protected readonly advice = computed(() => this.definition().advice);
  protected readonly tone = computed(() => describeState(this.operation()).tone);
  protected readonly icon = computed<IconName>(() =>
    this.tone() === 'waiting' ? 'key' : this.tone() === 'unknown' ? 'unknown' : 'warning',
  );
  protected readonly shownRemedy = computed(() => {
    const remedy = this.remedy();
    return this.session.may(remedy.needs) ? remedy : null;
  });

  private readonly remedy = computed((): Remedy => {
    const { connectionId, target, type } = this.operation();
    switch (this.definition().action) {
      case 'approve_host_key':
        return {
          label: $localize`Look at the host key`,
          link: ['/connections', connectionId],
          query: { approve: 'host-key' },
          needs: 'host_keys.accept',
        };
      case 'edit_connection':
        return {
          label: $localize`Edit the connection`,
          link: ['/connections', connectionId, 'edit'],
          query: {},
          needs: 'connections.manage',
        };
      case 'edit_credential':
        return {
          label: $localize`Edit the credential`,
          link: ['/connections', connectionId, 'edit'],
          query: { focus: 'credential' },
          needs: 'connections.manage',
        };
      case 'open_jump_connection':
        return {
          label: $localize`Open the connection`,
          link: ['/connections', connectionId],
          query: {},
          needs: 'connections.read',
        };
      case 'open_services':
        return {
          label: $localize`See its services`,
          link: ['/connections', connectionId, 'services'],
          query: {},
          needs: 'connections.read',
        };
      case 'show_privileges':
        // It says in its error which line is missing; its target is no service with a page of its own.
        if (isOfCertificate(type)) return retry;
        return {
          label: $localize`See what it needs`,
          link: ['/connections', connectionId, 'services', target],
          query: {},
          needs: 'connections.read',
        };
      case 'edit_service_settings':
        return {
          label: $localize`Give the commands`,
          link: ['/connections', connectionId, 'service-settings'],
          query: {},
          needs: 'connections.manage',
        };
      case 'retry':
        return retry;
    }
  });
}
