import { ProblemException } from '@lockstep/server-http';

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
}

/** The id that a cursor stands for. @throws {ProblemException} VALIDATION_FAILED for one that Lockstep did not make. */
export function readCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const message = 'is not the nextCursor of a page';
  throw new ProblemException('VALIDATION_FAILED', `query.cursor: ${message}`, {
    errors: [{ path: 'query.cursor', message }],
  });
}

/** A page of what was read with one item more than asked for: that one tells whether another page follows. */
export function toPage<Item extends { readonly id: number }>(
  found: Item[],
  { limit, total }: { limit: number; total: number },
): Page<Item> {
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last === undefined ? null : Buffer.from(String(last.id)).toString('base64url'), total };
}
