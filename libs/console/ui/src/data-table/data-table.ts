import { CdkVirtualScrollViewport, ScrollingModule } from '@angular/cdk/scrolling';
import { DecimalPipe, NgTemplateOutlet } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  TemplateRef,
  afterNextRender,
  afterRenderEffect,
  computed,
  contentChildren,
  inject,
  input,
  model,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { EmptyState } from '../empty-state/empty-state';
import { Icon } from '../icon/icon';
import { Preferences } from '../preferences/preferences';
import type { ReadableProblem } from '../problem/read-problem';
import { columnsThatFit } from './columns-that-fit';
import { CellTemplate, type CellContext, type Fold, type TableColumn } from './table-column';

const noSelection: ReadonlySet<number | string> = new Set();

/** What the box before each row and the gap behind it take, in pixels. */
const checkWidth = 32;

/** How many rows before the end of what is loaded the next page is asked for. */
const rowsAhead = 60;

/**
 * The one table: virtual, keyset-paged, by keyboard, with four different bodies. Rows are links. Where there is little room it
 * leaves columns out, and at last folds its rows into two lines.
 */
@Component({
  selector: 'lockstep-data-table',
  imports: [DecimalPipe, EmptyState, Icon, MatButton, MatIconButton, NgTemplateOutlet, RouterLink, ScrollingModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './data-table.html',
  styleUrl: './data-table.scss',
  host: { '(document:keydown)': 'onKey($event)', '(click)': 'follow($event)' },
})
export class DataTable<Row> {
  private readonly preferences = inject(Preferences);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef);

  readonly label = input.required<string>();
  readonly columns = input.required<readonly TableColumn[]>();
  readonly rows = input.required<readonly Row[]>();
  readonly total = input.required<number>();
  readonly state = input.required<'loading' | 'ready' | 'failed'>();
  readonly problem = input<ReadableProblem | null>(null);
  /** Whether a search or filter is set: an empty answer then means «nothing matches». */
  readonly filtered = input(false);
  readonly rowId = input.required<(row: Row) => number | string>();
  readonly rowLink = input.required<(row: Row) => readonly (string | number)[]>();
  readonly rowName = input.required<(row: Row) => string>();
  readonly selectable = input(false);
  readonly sort = model('');
  readonly selected = model<ReadonlySet<number | string>>(noSelection);
  readonly needMore = output();
  readonly retry = output();
  readonly clearFilters = output();

  private readonly cells = contentChildren<CellTemplate<Row>>(CellTemplate);
  private readonly viewport = viewChild(CdkVirtualScrollViewport);
  /** The head is moved in by as much as the rows are by their scroll bar, so that columns stay in line. */
  protected readonly scrollbarWidth = signal(0);
  private readonly width = signal(Number.POSITIVE_INFINITY);
  private focused = -1;

  protected readonly none = noSelection;
  protected readonly skeletonLines = Array.from({ length: 8 }, (_, line) => line);
  /** None: the rows are folded. */
  protected readonly shown = computed(() =>
    columnsThatFit(this.columns(), this.width() - (this.selectable() ? checkWidth : 0)),
  );
  protected readonly narrow = computed(() => this.shown().length === 0);
  protected readonly rowHeight = computed(() =>
    this.narrow() ? 62 : this.preferences.density() === 'comfortable' ? 54 : 44,
  );
  protected readonly tracks = computed(() =>
    [...(this.selectable() ? ['16px'] : []), ...this.shown().map((column) => column.width)].join(' '),
  );
  protected readonly someSelected = computed(() => this.selected().size > 0 && !this.allSelected());
  protected readonly allSelected = computed(
    () => this.selected().size > 0 && this.selected().size >= this.rows().length,
  );
  protected readonly body = computed(() => {
    if (this.rows().length > 0) return 'rows';
    if (this.state() !== 'ready') return this.state();
    return this.filtered() ? 'no-match' : 'empty';
  });

  constructor() {
    const destroyed = inject(DestroyRef);
    afterNextRender(() => {
      const observer = new ResizeObserver(() => this.width.set(this.element.nativeElement.clientWidth));
      observer.observe(this.element.nativeElement);
      destroyed.onDestroy(() => observer.disconnect());
    });
    afterRenderEffect((onCleanup) => {
      const scroller = this.viewport()?.elementRef.nativeElement;
      if (scroller === undefined) return;
      const observer = new ResizeObserver(() => this.scrollbarWidth.set(scroller.offsetWidth - scroller.clientWidth));
      observer.observe(scroller.firstElementChild ?? scroller);
      observer.observe(scroller);
      onCleanup(() => observer.disconnect());
    });
  }

  protected readonly trackRow = (_index: number, row: Row) => this.rowId()(row);

  protected template(column: TableColumn): TemplateRef<CellContext<Row>> | null {
    return this.cells().find((cell) => cell.lockstepCell() === column.key)?.template ?? null;
  }

  protected folded(fold: Fold): readonly TableColumn[] {
    return this.columns().filter((column) => column.fold === fold);
  }

  protected selectLabel(row: Row): string {
    return $localize`Select ${this.rowName()(row)}:NAME:`;
  }

  protected isSortedBy(column: TableColumn): 'ascending' | 'descending' | null {
    if (this.sort() === column.sort) return 'ascending';
    return this.sort() === `-${column.sort}` ? 'descending' : null;
  }

  protected ariaSort(column: TableColumn): string | null {
    return column.sort === undefined ? null : (this.isSortedBy(column) ?? 'none');
  }

  protected toggleSort(column: TableColumn): void {
    this.sort.set(this.isSortedBy(column) === 'ascending' ? `-${column.sort}` : (column.sort ?? ''));
  }

  protected toggle(row: Row): void {
    const id = this.rowId()(row);
    const next = new Set(this.selected());
    if (!next.delete(id)) next.add(id);
    this.selected.set(next);
  }

  protected toggleAll(): void {
    this.selected.set(this.allSelected() ? noSelection : new Set(this.rows().map((row) => this.rowId()(row))));
  }

  /** What lies above the row's link, to be hovered or chosen, leads where the row does. */
  protected follow(event: MouseEvent): void {
    const { target, ctrlKey, metaKey, shiftKey } = event;
    if (!(target instanceof Element) || target.closest('a, button, input, label') !== null) return;
    if (target.ownerDocument.getSelection()?.type === 'Range') return;
    target
      .closest('[data-index]')
      ?.querySelector('.title')
      ?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
  }

  protected onScroll(): void {
    const end = this.viewport()?.getRenderedRange().end ?? 0;
    if (end > this.rows().length - rowsAhead && this.rows().length < this.total()) this.needMore.emit();
  }

  /** `j`, `k` and the arrows move, `x` selects; Enter is the link's own. Not while one types or a dialog is open. */
  protected onKey(event: KeyboardEvent): void {
    if (this.body() !== 'rows' || event.ctrlKey || event.metaKey || event.altKey || !this.mayListen(event.target))
      return;
    const isInside = this.element.nativeElement.contains(event.target as Node);
    if (event.key === 'j' || (isInside && event.key === 'ArrowDown')) this.move(1, event);
    else if (event.key === 'k' || (isInside && event.key === 'ArrowUp')) this.move(-1, event);
    else if (event.key === 'x' && this.selectable()) this.toggleFocused();
  }

  private mayListen(target: EventTarget | null): boolean {
    if (!(target instanceof HTMLElement)) return true;
    const isTyping = target.isContentEditable || target.matches('textarea, select, input:not([type="checkbox"])');
    return !isTyping && target.closest('[role="dialog"], [role="menu"], [role="listbox"]') === null;
  }

  private move(by: 1 | -1, event: Event): void {
    event.preventDefault();
    const current = this.focusedIndex();
    this.focused = Math.min(this.rows().length - 1, Math.max(0, current + by));
    this.reveal(this.focused);
    // At once where the row is there already, so that quick presses are counted each.
    if (!this.focusRow()) requestAnimationFrame(() => this.focusRow());
  }

  /** False when the row is not drawn yet. */
  private focusRow(): boolean {
    const link = this.element.nativeElement.querySelector<HTMLElement>(`[data-index="${this.focused}"] .title`);
    link?.focus({ preventScroll: true });
    return link !== null;
  }

  private focusedIndex(): number {
    const row = this.element.nativeElement.ownerDocument.activeElement?.closest('[data-index]');
    return row instanceof HTMLElement ? Number(row.dataset['index']) : this.focused;
  }

  private reveal(index: number): void {
    const viewport = this.viewport();
    if (viewport === undefined) return;
    const top = index * this.rowHeight();
    const seenFrom = viewport.measureScrollOffset();
    const seenHeight = viewport.getViewportSize();
    if (top < seenFrom) viewport.scrollToOffset(top);
    else if (top + this.rowHeight() > seenFrom + seenHeight)
      viewport.scrollToOffset(top + this.rowHeight() - seenHeight);
  }

  private toggleFocused(): void {
    const row = this.rows()[this.focusedIndex()];
    if (row !== undefined) this.toggle(row);
  }
}
