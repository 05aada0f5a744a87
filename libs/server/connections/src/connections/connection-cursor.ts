import type { ConnectionSort } from '@lockstep/contract';
import { ProblemException } from '@lockstep/server-http';
import { z } from 'zod';

/** Where a page ended: the last row's sort value and id. */
const Place = z.tuple([z.string(), z.string().max(300), z.number().int().positive()]);

/** `sort` is part of it: a cursor of one order means nothing in another. */
export const writeCursor = (sort: ConnectionSort, value: string, id: number): string =>
  Buffer.from(JSON.stringify([sort, value, id])).toString('base64url');

/** @throws {ProblemException} VALIDATION_FAILED for a cursor that was not made for this order. */
export function readCursor(sort: ConnectionSort, cursor: string): { value: string; id: number } {
  try {
    const [madeFor, value, id] = Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    if (madeFor === sort) return { value, id };
  } catch {
    // told below
  }
  const message = 'is not the nextCursor of a page in this order';
  throw new ProblemException('VALIDATION_FAILED', `query.cursor: ${message}`, {
    errors: [{ path: 'query.cursor', message }],
  });
}
