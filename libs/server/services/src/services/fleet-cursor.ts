import { ProblemException } from '@lockstep/server-http';
import { z } from 'zod';

/** Where a page ended: its last service. */
const Place = z.tuple([
  z
    .string()
    .max(300)
    .regex(/^\P{Cc}*$/u),
  z.number().int().positive(),
]);

export const writeCursor = ({ name, connectionId }: { name: string; connectionId: number }): string =>
  Buffer.from(JSON.stringify([name, connectionId])).toString('base64url');

/** @throws {ProblemException} VALIDATION_FAILED for one that Lockstep did not make */
export function readCursor(cursor: string): { name: string; connectionId: number } {
  try {
    const [name, connectionId] = Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { name, connectionId };
  } catch {
    const message = 'is not the nextCursor of a page';
    const errors = [{ path: 'query.cursor', message }];
    throw new ProblemException('VALIDATION_FAILED', `query.cursor: ${message}`, { errors });
  }
}
