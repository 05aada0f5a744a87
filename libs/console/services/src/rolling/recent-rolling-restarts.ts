import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { RouterLink } from '@angular/router';
import { Api, listRollingRestarts } from '@lockstep/console-api';
import { OperationsStore } from '@lockstep/console-operations';
import { StatusBadge } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { RollingRestart } from '@lockstep/contract';
import { filter, merge } from 'rxjs';
import { describeRolling, hostsOf } from './rolling-words';

const mostShown = 3;

/** The newest rolling restarts, each leading to its page. Nothing at all where there was none. */
@Component({
  selector: 'lockstep-recent-rolling-restarts',
  imports: [RelativeTime, RouterLink, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (rows().length > 0) {
      <section class="ls-card" aria-label="Recent rolling restarts" i18n-aria-label>
        <ul>
          @for (row of rows(); track row.rolling.id) {
            <li>
              <lockstep-status-badge
                [tone]="row.words.tone"
                [word]="row.words.word"
                [icon]="row.words.icon"
                [plain]="true"
              />
              <a class="ls-cut" [routerLink]="['/rolling-restarts', row.rolling.id]" i18n
                >Rolling restart of {{ row.rolling.service }}</a
              >
              <span class="ls-small ls-muted ls-number count" i18n>{{ row.done }} of {{ row.total }} hosts</span>
              <lockstep-relative-time class="ls-small ls-muted" [at]="row.rolling.startedAt" />
            </li>
          }
        </ul>
      </section>
    }
  `,
  styles: `
    :host:empty {
      display: none;
    }
    li {
      display: grid;
      grid-template-columns: 180px minmax(0, 1fr) 120px 96px;
      align-items: center;
      gap: 12px;
      min-height: 38px;
      padding: 0 16px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
    a {
      color: var(--ls-ink);
      font-size: 13px;
      font-weight: 550;
    }
    @media (width < 720px) {
      li {
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 12px;
        padding: 8px 16px;
      }
      a {
        grid-row: 1;
        grid-column: 1;
      }
      .count {
        grid-row: 2;
        grid-column: 1;
      }
      lockstep-relative-time {
        justify-self: end;
      }
    }
  `,
})
export class RecentRollingRestarts {
  private readonly api = inject(Api);
  private readonly store = inject(OperationsStore);
  private readonly list = signal<readonly RollingRestart[]>([]);

  protected readonly rows = computed(() =>
    this.list().map((rolling) => {
      const hosts = hostsOf(rolling, this.store.operations());
      const done = hosts.filter(({ status }) => status === 'completed').length;
      return { rolling, words: describeRolling(rolling.status), done, total: hosts.length };
    }),
  );

  constructor() {
    void this.load();
    const ours = merge(this.store.begun, this.store.ended).pipe(
      filter(({ type, parentId }) => type === 'service_restart' && parentId !== null),
    );
    merge(ours, this.store.resumed)
      .pipe(takeUntilDestroyed())
      .subscribe(() => void this.load());
  }

  private async load(): Promise<void> {
    const page = await this.api.invoke(listRollingRestarts, { limit: mostShown }).catch(() => null);
    if (page !== null) this.list.set(page.items);
  }
}
