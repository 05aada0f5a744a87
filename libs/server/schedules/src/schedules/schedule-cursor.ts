import { ProblemException } from '@lockstep/server-http';
import { z } from 'zod';

/** Where a page ended: the last schedule's name and id. */
const Place = z.tuple([z.string().max(100), z.number().int().positive()]);

export const writeCursor = (name: string, id: number): string =>
  Buffer.from(JSON.stringify([name, id])).toString('base64url');

/** @throws {ProblemException} VALIDATION_FAILED */
export function readCursor(cursor: string): { name: string; id: number } {
  try {
    const [name, id] = Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { name, id };
  } catch {
    const message = 'is not the nextCursor of a page of schedules';
    throw new ProblemException('VALIDATION_FAILED', `query.cursor: ${message}`, {
      errors: [{ path: 'query.cursor', message }],
    });
  }
}
