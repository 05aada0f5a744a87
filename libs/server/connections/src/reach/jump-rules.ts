import { ProblemException } from '@lockstep/server-http';
import type { EntityManager } from 'typeorm';

/** Any number; held while a way through other connections is changed, so that two changes cannot close a circle together. */
const jumpLock = 7_251_010;
export const mostJumps = 8;

const refuse = (message: string): ProblemException =>
  new ProblemException('VALIDATION_FAILED', `body.jumpConnectionId: ${message}`, {
    errors: [{ path: 'body.jumpConnectionId', message }],
  });

/** Held until the transaction ends. */
export async function lockJumps(transaction: EntityManager): Promise<void> {
  await transaction.query('SELECT pg_advisory_xact_lock($1)', [jumpLock]);
}

/**
 * Checks that `jumpId` exists and that the way through it ends. `connectionId` is null for a new connection.
 * @throws {ProblemException} VALIDATION_FAILED
 */
export async function assertJumpLeadsOn(
  transaction: EntityManager,
  connectionId: number | null,
  jumpId: number,
): Promise<void> {
  const way: { id: number; depth: number }[] = await transaction.query(
    `WITH RECURSIVE way (id, jump, depth) AS (
       SELECT id, jump_connection_id, 1 FROM connections WHERE id = $1 AND deleted_at IS NULL
       UNION ALL
       SELECT c.id, c.jump_connection_id, way.depth + 1
       FROM way JOIN connections c ON c.id = way.jump WHERE way.depth <= $2
     )
     SELECT id, depth FROM way`,
    [jumpId, mostJumps],
  );
  if (way.length === 0) throw refuse(`there is no connection ${String(jumpId)}`);
  if (way.some(({ id }) => id === connectionId)) throw refuse('the way would lead round in a circle');
  if (way.length > mostJumps) throw refuse(`the way would lead through more than ${String(mostJumps)} hosts`);
}
