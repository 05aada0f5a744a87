import { ProblemException } from '@lockstep/server-http';
import { z } from 'zod';
import { calmRank } from './standing.js';

/** Where a page of the inventory ended. */
export interface InventoryPlace {
  readonly rank: number;
  readonly attention: Date;
  readonly source: number;
  readonly id: number;
}

const Place = z.tuple([
  z.number().int().min(1).max(calmRank),
  z.iso.datetime(),
  z.literal([0, 1]),
  z.number().int().positive().max(2_147_483_647),
]);

export const writeInventoryCursor = ({ rank, attention, source, id }: InventoryPlace): string =>
  Buffer.from(JSON.stringify([rank, attention.toISOString(), source, id])).toString('base64url');

/** @throws {ProblemException} VALIDATION_FAILED */
export function readInventoryCursor(cursor: string): InventoryPlace {
  try {
    const [rank, attention, source, id] = Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { rank, attention: new Date(attention), source, id };
  } catch {
    const message = 'is not the nextCursor of a page of the inventory';
    throw new ProblemException('VALIDATION_FAILED', `query.cursor: ${message}`, {
      errors: [{ path: 'query.cursor', message }],
    });
  }
}
