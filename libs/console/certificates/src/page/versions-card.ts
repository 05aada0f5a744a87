import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { CertificateVersion } from '@lockstep/contract';
import { formatDate } from '../words/format-date';

/** What was issued, newest first. */
@Component({
  selector: 'lockstep-versions-card',
  imports: [RelativeTime, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="versions-title">
      <div class="ls-card__head"><h2 id="versions-title" i18n>Versions</h2></div>
      <ul>
        @for (version of versions(); track version.number) {
          <li>
            <strong class="ls-number" i18n>Version {{ version.number }}</strong>
            <span class="ls-small ls-secondary" i18n>issued <lockstep-relative-time [at]="version.issuedAt" /></span>
            <span class="ls-small ls-secondary" i18n>valid until {{ formatDate(version.notAfter) }}</span>
            @if (version.operationId) {
              <a class="ls-small" [routerLink]="['/operations', version.operationId]" i18n>How it was issued</a>
            }
            <span class="ls-small ls-muted ls-mono ls-cut serial" [title]="version.fingerprint">{{
              version.serialNumber
            }}</span>
          </li>
        } @empty {
          <li class="ls-muted ls-small" i18n>Nothing was issued yet.</li>
        }
      </ul>
    </section>
  `,
  styles: `
    li {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 2px 14px;
      min-height: 40px;
      padding: 8px 16px;
      font-size: 13px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
    strong {
      font-weight: 550;
    }
    .serial {
      margin-left: auto;
      max-width: 180px;
    }
  `,
})
export class VersionsCard {
  protected readonly formatDate = formatDate;
  readonly versions = input.required<readonly CertificateVersion[]>();
}
