import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { formatExact } from '@lockstep/console-ui';
import { CopyButton, RelativeTime } from '@lockstep/console-ui/overlays';
import type { Certificate } from '@lockstep/contract';
import { keyTypeTitle } from '../words/certificate-words';

/** What a certificate is for, and what the version in use says about itself. */
@Component({
  selector: 'lockstep-certificate-facts',
  imports: [CopyButton, RelativeTime, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="facts-title">
      <div class="ls-card__head"><h2 id="facts-title" i18n>Details</h2></div>
      <dl class="ls-facts ls-card__body">
        <dt i18n>Names</dt>
        <dd>
          @for (name of certificate().domains; track name) {
            <div class="ls-mono">{{ name }}</div>
          }
        </dd>
        <dt i18n>Issuer</dt>
        <dd>
          <a [routerLink]="['/settings/issuers', certificate().issuerId]">{{ certificate().issuerName }}</a>
        </dd>
        <dt i18n>Key</dt>
        <dd>{{ keyType() }}</dd>
        <dt i18n>Renewal</dt>
        <dd>
          @if (certificate().autoRenew) {
            <ng-container i18n>automatic</ng-container>
          } @else {
            <ng-container i18n>by hand</ng-container>
          }
        </dd>
        @if (certificate().renewal.nextAttemptAt; as nextAttemptAt) {
          <dt i18n>Next attempt</dt>
          <dd><lockstep-relative-time [at]="nextAttemptAt" /></dd>
        }
        @if (certificate().checkedAt; as checkedAt) {
          <dt i18n>Looked at</dt>
          <dd><lockstep-relative-time [at]="checkedAt" /></dd>
        }
        @if (told(); as version) {
          <dt i18n>Version</dt>
          <dd>{{ version.number }}</dd>
          <dt i18n>Valid from</dt>
          <dd>{{ exact(version.notBefore) }}</dd>
          <dt i18n>Expires</dt>
          <dd>{{ exact(version.notAfter) }}</dd>
          @if (certificate().renewAt; as renewAt) {
            <dt i18n>Due from</dt>
            <dd>{{ exact(renewAt) }}</dd>
          }
          <dt i18n>Signed by</dt>
          <dd>{{ version.issuer }}</dd>
          <dt i18n>Serial number</dt>
          <dd class="ls-mono">{{ version.serialNumber }}</dd>
          <dt i18n>Fingerprint</dt>
          <dd class="print">
            <span class="ls-mono">{{ version.fingerprint }}</span>
            <lockstep-copy-button [text]="version.fingerprint" label="Copy fingerprint" i18n-label />
          </dd>
        }
        <dt i18n>Added</dt>
        <dd><lockstep-relative-time [at]="certificate().createdAt" /></dd>
      </dl>
    </section>
  `,
  styles: `
    .print {
      display: flex;
      align-items: center;
      gap: 4px;
    }
  `,
})
export class CertificateFactsCard {
  readonly certificate = input.required<Certificate>();
  protected readonly told = computed(() => this.certificate().inUse ?? this.certificate().version);
  /** Validity is told to the second: the badge of the page says how long that is. */
  protected readonly exact = (time: string) => formatExact(Date.parse(time));
  protected readonly keyType = computed(() => keyTypeTitle(this.certificate().keyType));
}
