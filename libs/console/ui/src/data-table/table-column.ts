import { Directive, TemplateRef, inject, input } from '@angular/core';

/** Where a column goes when the screen is narrow and a row folds into two lines. `action`: at the end, beside both. */
export type Fold = 'title' | 'aside' | 'detail' | 'action' | 'none';

export interface TableColumn {
  readonly key: string;
  readonly heading: string;
  /** A CSS grid track, for example `minmax(160px, 2fr)`. */
  readonly width: string;
  readonly fold: Fold;
  /** The sort word on the wire, when the column can be sorted by. */
  readonly sort?: string;
}

export interface CellContext<Row> {
  readonly $implicit: Row;
}

/** `<ng-template lockstepCell="name" [lockstepCellOf]="rows()" let-row>`: what stands in the cells of that column. */
@Directive({ selector: 'ng-template[lockstepCell]' })
export class CellTemplate<Row> {
  /** The column's key. */
  readonly lockstepCell = input.required<string>();
  /** Tells the template's compiler what a row is. */
  readonly lockstepCellOf = input.required<readonly Row[]>();
  readonly template = inject<TemplateRef<CellContext<Row>>>(TemplateRef);

  static ngTemplateContextGuard<Row>(_directive: CellTemplate<Row>, context: unknown): context is CellContext<Row> {
    return context !== null;
  }
}
