import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, countExpiries } from '@lockstep/console-api';
import { OperationsStore } from '@lockstep/console-operations';
import { OneRead } from '@lockstep/console-ui';
import { filter, merge } from 'rxjs';
import { renewedBy } from '../renew/renewal-of';
import { barsOf, isChosen, weekBoundaries, type ExpiryBar } from './expiry-bars';

type Filters = Omit<Parameters<typeof countExpiries>[2], 'boundaries'>;

/**
 * How many certificates expire in each of the next weeks, of those that the list's other filters leave. Each bar is a link that
 * narrows the list to what it counts, and has a name that says the same in words.
 */
@Component({
  selector: 'lockstep-expiry-chart',
  imports: [MatButton, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './expiry-chart.html',
  styleUrl: './expiry-chart.scss',
})
export class ExpiryChart {
  private readonly api = inject(Api);
  readonly filters = input.required<Filters>();
  /** What the list is narrowed to, in ISO 8601. */
  readonly from = input<string>();
  readonly before = input<string>();
  private readonly all = signal<readonly ExpiryBar[]>([]);
  private readonly reading = new OneRead(() => this.read());

  protected readonly bars = this.all.asReadonly();
  protected readonly hasFailed = signal(false);
  protected readonly isEmpty = computed(() => this.bars().every(({ count }) => count === 0));
  protected readonly expired = computed(() => this.sum('expired'));
  protected readonly soon = computed(() => this.sum('week'));
  protected readonly later = computed(() => this.sum('later'));

  constructor() {
    effect(() => {
      this.filters();
      untracked(() => this.reload());
    });
    const store = inject(OperationsStore);
    const renewed = store.ended.pipe(filter((operation) => renewedBy(operation) !== undefined));
    merge(renewed, store.resumed)
      .pipe(takeUntilDestroyed())
      .subscribe(() => this.reload());
  }

  /** Counts anew: what expires when has changed. */
  reload(): void {
    void this.reading.again();
  }

  protected isChosen(bar: ExpiryBar): boolean {
    return isChosen(bar, { from: this.from(), before: this.before() });
  }

  private sum(kind: ExpiryBar['kind']): number {
    return this.bars().reduce((sum, bar) => sum + (bar.kind === kind ? bar.count : 0), 0);
  }

  private async read(): Promise<void> {
    const boundaries = weekBoundaries(Date.now());
    const counts = await this.api.invoke(countExpiries, { ...this.filters(), boundaries }).catch(() => null);
    this.hasFailed.set(counts === null);
    if (counts !== null) this.all.set(barsOf(counts.items));
  }
}
