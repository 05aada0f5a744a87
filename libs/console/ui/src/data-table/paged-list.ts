import { computed, signal, untracked } from '@angular/core';
import { readProblem, type ReadableProblem } from '../problem/read-problem';

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
  readonly total: number;
}

/** Asks for one page; null asks for the first. */
export type FetchPage<Row> = (cursor: string | null) => Promise<Page<Row>>;

/** A keyset-paged list, growing as it is scrolled. A new `load` makes the answers of an older one void. */
export class PagedList<Row> {
  private readonly rowsSoFar = signal<readonly Row[]>([]);
  private readonly totalSoFar = signal(0);
  private readonly cursor = signal<string | null>(null);
  private readonly phase = signal<'loading' | 'ready' | 'failed'>('loading');
  private readonly failure = signal<ReadableProblem | null>(null);
  private fetchPage: FetchPage<Row> | null = null;
  private generation = 0;
  private isFetching = false;
  /** The rows are those of another search. */
  private isOther = false;

  readonly rows = this.rowsSoFar.asReadonly();
  readonly total = this.totalSoFar.asReadonly();
  readonly state = this.phase.asReadonly();
  readonly problem = this.failure.asReadonly();
  readonly hasMore = computed(() => this.cursor() !== null);

  /**
   * Begins anew. What is on the screen stays there until the first page has come; when that fails it goes, because it is
   * not what was asked for.
   */
  async load(fetchPage: FetchPage<Row>): Promise<void> {
    this.isOther = this.fetchPage !== null;
    await this.begin(fetchPage, 0);
  }

  async more(): Promise<void> {
    if (this.hasMore() && !this.isFetching) await this.fetch(this.cursor());
  }

  /** Reads again as many rows as there are: who has scrolled down stays there. */
  async reload(): Promise<void> {
    if (this.fetchPage !== null) await this.begin(this.fetchPage, untracked(this.rowsSoFar).length);
  }

  /** Changes rows in place, for what comes live. */
  update(change: (rows: readonly Row[]) => readonly Row[]): void {
    this.rowsSoFar.update(change);
  }

  private async begin(fetchPage: FetchPage<Row>, atLeast: number): Promise<void> {
    this.fetchPage = fetchPage;
    this.generation += 1;
    this.isFetching = false;
    // Called inside effects, which must not run again when the rows come.
    if (untracked(this.rowsSoFar).length === 0) this.phase.set('loading');
    await this.fetch(null, atLeast);
  }

  private async fetch(cursor: string | null, atLeast = 0): Promise<void> {
    if (this.fetchPage === null) return;
    const generation = this.generation;
    this.isFetching = true;
    try {
      let page = await this.fetchPage(cursor);
      const items = [...page.items];
      while (page.nextCursor !== null && items.length < atLeast && generation === this.generation) {
        page = await this.fetchPage(page.nextCursor);
        items.push(...page.items);
      }
      if (generation !== this.generation) return;
      this.rowsSoFar.update((rows) => (cursor === null ? items : [...rows, ...items]));
      this.totalSoFar.set(page.total);
      this.cursor.set(page.nextCursor);
      this.phase.set('ready');
      this.failure.set(null);
      this.isOther = false;
    } catch (error) {
      if (generation !== this.generation) return;
      if (this.isOther) this.clear();
      this.failure.set(readProblem(error));
      this.phase.set('failed');
    } finally {
      if (generation === this.generation) this.isFetching = false;
    }
  }

  private clear(): void {
    this.rowsSoFar.set([]);
    this.cursor.set(null);
  }
}
