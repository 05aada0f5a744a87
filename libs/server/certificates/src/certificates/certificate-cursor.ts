import { ProblemException } from '@lockstep/server-http';
import { z } from 'zod';

/** Where a page ended: the moment by which the last one needs attention, and its id. */
const Place = z.tuple([z.iso.datetime(), z.number().int().positive()]);

export const writeCursor = (attention: Date, id: number): string =>
  Buffer.from(JSON.stringify([attention.toISOString(), id])).toString('base64url');

/** @throws {ProblemException} VALIDATION_FAILED */
export function readCursor(cursor: string): { attention: string; id: number } {
  try {
    const [attention, id] = Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { attention, id };
  } catch {
    const message = 'is not the nextCursor of a page of certificates';
    throw new ProblemException('VALIDATION_FAILED', `query.cursor: ${message}`, {
      errors: [{ path: 'query.cursor', message }],
    });
  }
}
