import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { Icon } from '@lockstep/console-ui';
import type { CertificateInput, Connection, Issuer, Reload } from '@lockstep/contract';
import { keyTypeTitle, reloadWords } from '../words/certificate-words';
import { writeEndpoint } from './target-model';

interface TargetWords {
  readonly host: string;
  readonly lines: readonly string[];
  readonly isUnverified: boolean;
}

/** What will be touched by renewals of this certificate, before it is saved. */
@Component({
  selector: 'lockstep-certificate-review',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section>
      <h2 class="ls-break">{{ input().name }}</h2>
      <p class="ls-break">{{ signing() }}</p>
    </section>
    @for (target of targets(); track $index) {
      <section>
        <h3 i18n>Each renewal, on {{ target.host }}</h3>
        <ol>
          @for (line of target.lines; track $index) {
            <li class="ls-break">{{ line }}</li>
          }
        </ol>
        @if (target.isUnverified) {
          <p class="ls-notice ls-notice--warning">
            <lockstep-icon name="warning" /><span i18n
              >No handshake verifies it: whether the server really serves the new certificate stays unknown.</span
            >
          </p>
        }
      </section>
    } @empty {
      <p class="ls-secondary" i18n>No host is touched: it has no target.</p>
    }
    @if (isScattered()) {
      <p class="ls-notice">
        <lockstep-icon name="info" /><span i18n
          >It is issued once and put on all of these hosts at the same time. One that fails keeps its old certificate,
          and the next renewal serves only that one.</span
        >
      </p>
    }
    <p class="ls-notice">
      <lockstep-icon name="info" />
      @if (isNew()) {
        <span i18n>Adding it touches no host and issues nothing; its first renewal does.</span>
      } @else {
        <span i18n>Saving touches no host. What changes counts from its next renewal on.</span>
      }
    </p>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 16px;
    }
    ol {
      margin: 4px 0 0 18px;
      list-style: decimal;
      font-size: 13px;
    }
    li {
      padding: 2px 0 2px 4px;
    }
    .ls-notice {
      margin-top: 8px;
    }
  `,
})
export class CertificateReview {
  readonly input = input.required<CertificateInput>();
  readonly issuers = input.required<readonly Issuer[]>();
  readonly connections = input.required<readonly Connection[]>();
  readonly isNew = input(true);

  protected readonly signing = computed(() => {
    const { domains, issuerId, keyType = 'ecdsa-p256' } = this.input();
    const issuer = this.issuers().find(({ id }) => id === issuerId)?.name ?? '';
    return $localize`${issuer}:ISSUER: signs for ${domains.join(', ')}:NAMES:, with a new key (${keyTypeTitle(keyType)}:KEY:) each time.`;
  });

  protected readonly targets = computed(() => (this.input().targets ?? []).map((target) => this.describe(target)));

  protected readonly isScattered = computed(
    () => new Set((this.input().targets ?? []).map(({ connectionId }) => connectionId)).size > 1,
  );

  private describe(target: NonNullable<CertificateInput['targets']>[number]): TargetWords {
    const { certificatePath, keyPath, chainPath, mode = '0600', check, verify = [] } = target;
    const files = [certificatePath, ...(chainPath === undefined ? [] : [chainPath])].join(', ');
    const reload: Reload | null = target.reload ?? null;
    return {
      host: this.connections().find(({ id }) => id === target.connectionId)?.name ?? '',
      isUnverified: verify.length === 0,
      lines: [
        $localize`Puts the new files beside the old ones.`,
        ...(check === undefined
          ? []
          : [$localize`Runs ${check.command}:COMMAND:; where it fails, the old files stay.`]),
        $localize`Replaces ${files}:FILES: and ${keyPath}:KEY: (mode ${mode}:MODE:).`,
        capitalised(reloadWords(reload)),
        ...verify.map(
          (endpoint) =>
            $localize`Shakes hands with ${writeEndpoint({ port: 443, ...endpoint })}:ENDPOINT:; where the new certificate is not served, the old files come back.`,
        ),
      ],
    };
  }
}

const capitalised = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
