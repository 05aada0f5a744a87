import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { RouterLink } from '@angular/router';
import { OperationsStore } from '@lockstep/console-operations';
import { Clock } from '@lockstep/console-ui';
import { filter, merge } from 'rxjs';
import { CertificateCheckStatus } from '../check/certificate-check-status';
import { CheckWarning } from '../check/check-warning';
import { renewedBy } from '../renew/renewal-of';
import { InventoryBadge } from '../words/inventory-badge';
import { whyWords, type InventoryRow } from '../words/inventory-row';
import { CertificateAttention } from './certificate-attention';

/** The overview's row of certificates: nothing at all while none needs anybody and they are watched over. */
@Component({
  selector: 'lockstep-certificate-attention',
  imports: [CheckWarning, InventoryBadge, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-check-warning />
    @if (attention.total() > 0) {
      <section class="ls-card" aria-labelledby="attention-title">
        <div class="ls-card__head">
          <h2 id="attention-title" i18n>Certificates that need attention</h2>
          @if (attention.more() > 0) {
            <a routerLink="/certificates" i18n>All {{ attention.total() }}</a>
          }
        </div>
        <ul>
          @for (row of attention.rows(); track row.id) {
            <li>
              <lockstep-inventory-badge [item]="row.item" />
              <a class="name ls-cut" [routerLink]="row.link">{{ row.name }}</a>
              <span class="ls-small ls-secondary ls-cut why" [title]="why(row)">{{ why(row) }}</span>
            </li>
          }
        </ul>
      </section>
    }
  `,
  styles: `
    li {
      display: grid;
      /* As on the overview's other cards: names stand below each other. */
      grid-template-columns: 212px minmax(100px, 1fr) minmax(0, 1.8fr) 92px;
      align-items: center;
      gap: 14px;
      min-height: 44px;
      padding: 4px 16px;
      font-size: 13px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
    .name {
      color: var(--ls-ink);
      font-weight: 550;
    }
    .why {
      grid-column: 3 / -1;
    }
    @media (width < 960px) {
      li {
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 2px 12px;
        padding: 8px 16px;
      }
      li > :first-child {
        grid-area: 1 / 2;
      }
      .name {
        grid-area: 1 / 1;
        font-size: 14px;
      }
      .why {
        grid-column: 1 / -1;
      }
    }
  `,
})
export class CertificateAttentionCard {
  private readonly clock = inject(Clock);
  protected readonly attention = inject(CertificateAttention);
  protected readonly why = (row: InventoryRow) => whyWords(row, this.clock.now());

  constructor() {
    void inject(CertificateCheckStatus).load();
    const store = inject(OperationsStore);
    const renewed = store.ended.pipe(filter((operation) => renewedBy(operation) !== undefined));
    merge(renewed, store.resumed)
      .pipe(takeUntilDestroyed())
      .subscribe(() => void this.attention.load());
  }
}
