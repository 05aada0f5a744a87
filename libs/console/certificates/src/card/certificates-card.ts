import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, listCertificates } from '@lockstep/console-api';
import { OperationsStore } from '@lockstep/console-operations';
import { OneRead, readProblem } from '@lockstep/console-ui';
import type { Certificate } from '@lockstep/contract';
import { filter, merge } from 'rxjs';
import { renewedBy } from '../renew/renewal-of';
import { CertificateBadge } from '../words/certificate-badge';

/** How many certificates a connection's page shows; the rest is a link. */
const rowsShown = 8;

/** The certificates that are deployed to one connection, who expires first on top. */
@Component({
  selector: 'lockstep-certificates-card',
  imports: [CertificateBadge, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="certificates-title">
      <div class="ls-card__head">
        <h2 id="certificates-title" i18n>Certificates</h2>
        @if (mayManage()) {
          <a routerLink="/certificates/look" [queryParams]="{ host: host() }" i18n>Look</a>
          <a routerLink="/certificates/scan" [queryParams]="{ connectionId: connectionId() }" i18n>Scan</a>
          <a routerLink="/certificates/new" [queryParams]="{ connectionId: connectionId() }" i18n>Add</a>
        }
      </div>
      <ul>
        @for (certificate of certificates(); track certificate.id) {
          <li>
            <a class="name ls-cut" [routerLink]="['/certificates', certificate.id]">{{ certificate.name }}</a>
            <lockstep-certificate-badge [certificate]="certificate" [plain]="true" />
          </li>
        } @empty {
          <li class="ls-small ls-muted">
            @if (failure(); as failure) {
              {{ failure }}
            } @else if (isRead()) {
              <ng-container i18n>None is deployed here.</ng-container>
            } @else {
              <ng-container i18n>Loading …</ng-container>
            }
          </li>
        }
        @if (more() > 0) {
          <li>
            <a class="ls-small" routerLink="/certificates" i18n>{{ more() }} more among all certificates</a>
          </li>
        }
      </ul>
    </section>
  `,
  styles: `
    li {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: 12px;
      min-height: 40px;
      padding: 0 16px;
      font-size: 13px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
    .name {
      color: var(--ls-ink);
      font-weight: 500;
    }
  `,
})
export class CertificatesCard {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  readonly connectionId = input.required<number>();
  /** Where its TLS port is looked at. */
  readonly host = input.required<string>();
  protected readonly certificates = signal<readonly Certificate[]>([]);
  protected readonly isRead = signal(false);
  protected readonly failure = signal('');
  protected readonly more = signal(0);
  private readonly reading = new OneRead(() => this.read());
  protected readonly mayManage = computed(() => this.session.may('certificates.manage'));

  constructor() {
    effect(() => {
      this.connectionId();
      untracked(() => void this.reading.again());
    });
    const store = inject(OperationsStore);
    const renewed = store.ended.pipe(filter((operation) => renewedBy(operation) !== undefined));
    merge(renewed, store.resumed)
      .pipe(takeUntilDestroyed())
      .subscribe(() => void this.reading.again());
  }

  private async read(): Promise<void> {
    const connectionId = this.connectionId();
    try {
      const { items, total } = await this.api.invoke(listCertificates, { connectionId, limit: rowsShown });
      if (connectionId !== this.connectionId()) return;
      this.certificates.set(items);
      this.more.set(total - items.length);
      this.isRead.set(true);
      this.failure.set('');
    } catch (error) {
      this.failure.set(readProblem(error).title);
    }
  }
}
