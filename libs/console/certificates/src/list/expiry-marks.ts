import type { InventoryRow } from './inventory-row';

/** What the strip needs to know of a line of the list. */
export type Expiring = Pick<InventoryRow, 'id' | 'name' | 'link' | 'notAfter' | 'renewAt'>;

const day = 86_400_000;
/** How far the strip may look ahead, in days, each with the distance of its marks. */
const horizons = [
  [14, 7],
  [30, 10],
  [60, 15],
  [90, 30],
  [180, 60],
  [400, 100],
] as const;
const columns = 48;
/** How many dots stand above each other before the rest becomes a number. */
const stackHeight = 5;

export interface ExpiryMark {
  readonly of: Expiring;
  readonly kind: 'expired' | 'due' | 'valid';
}

/** What expires at about the same time. */
export interface ExpiryStack {
  /** Per cent from now to the horizon. */
  readonly place: number;
  readonly marks: readonly ExpiryMark[];
  readonly more: number;
}

export interface ExpiryStrip {
  readonly expired: ExpiryStack;
  readonly stacks: readonly ExpiryStack[];
  readonly ticks: readonly { readonly place: number; readonly days: number }[];
  /** How many expire within so many days; those that have expired are not among them. */
  readonly within: (days: number) => number;
}

/** Where each certificate stands on a line from now to the last expiry. `now` in milliseconds since 1970. */
export function layOut(all: readonly Expiring[], now: number): ExpiryStrip {
  const marks = all.flatMap((one) => markOf(one, now));
  const ahead = marks.filter(({ left }) => left > 0);
  const latest = Math.max(0, ...ahead.map(({ left }) => left)) / day;
  const [horizon, step] = horizons.find(([days]) => days >= latest) ?? [400, 100];
  const byColumn = new Map<number, PlacedMark[]>();
  for (const mark of ahead) {
    const column = Math.min(columns - 1, Math.floor((mark.left / day / horizon) * columns));
    byColumn.set(column, [...(byColumn.get(column) ?? []), mark]);
  }
  return {
    expired: stack(
      0,
      marks.filter(({ left }) => left <= 0),
    ),
    stacks: [...byColumn].map(([column, found]) => stack(((column + 0.5) / columns) * 100, found)),
    ticks: Array.from({ length: Math.floor(horizon / step) + 1 }, (_, index) => ({
      place: ((index * step) / horizon) * 100,
      days: index * step,
    })),
    within: (days) => ahead.filter(({ left }) => left <= days * day).length,
  };
}

interface PlacedMark extends ExpiryMark {
  readonly left: number;
}

function markOf(of: Expiring, now: number): PlacedMark[] {
  if (of.notAfter === null) return [];
  const left = Date.parse(of.notAfter) - now;
  const isDue = of.renewAt !== null && Date.parse(of.renewAt) <= now;
  return [{ of, left, kind: left <= 0 ? 'expired' : isDue ? 'due' : 'valid' }];
}

const stack = (place: number, marks: readonly ExpiryMark[]): ExpiryStack => ({
  place,
  marks: marks.slice(0, stackHeight),
  more: Math.max(0, marks.length - stackHeight),
});
