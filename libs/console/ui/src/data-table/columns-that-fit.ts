import type { TableColumn } from './table-column';

/** Between two columns, and at both ends of a row, in pixels. */
const gap = 16;

/** The least width of a track: the first length in it, as in `minmax(160px, 2fr)`. */
const leastWidth = ({ width }: TableColumn): number => Number(/(\d+)px/.exec(width)?.[1] ?? 0);

const fit = (columns: readonly TableColumn[], width: number): boolean =>
  columns.reduce((sum, column) => sum + leastWidth(column) + gap, gap) <= width;

/**
 * The columns that a table of so many pixels has room for. Of those that folded rows do without, the last goes first; when the
 * others do not fit either there are none, and the rows are folded.
 */
export function columnsThatFit(columns: readonly TableColumn[], width: number): readonly TableColumn[] {
  if (fit(columns, width)) return columns;
  const last = columns.findLastIndex(({ fold }) => fold === 'none');
  return last === -1 ? [] : columnsThatFit(columns.toSpliced(last, 1), width);
}
