import { isDeepStrictEqual } from 'node:util';
import type { RollingRestartInput } from '@lockstep/contract';
import { type SignedInActor, toActor } from '@lockstep/server-access';
import { ProblemException } from '@lockstep/server-http';
import type { EntityManager } from 'typeorm';

/** Any number; keeps these locks apart from others that are made of texts. */
const keyLockSeed = 7_251_005;

/** A wish with the key that it came with, if any. */
export interface KeyedWish {
  readonly actor: SignedInActor;
  readonly input: RollingRestartInput;
  readonly idempotencyKey: string | undefined;
}

/**
 * The rolling restart that the same actor and key brought within 24 hours. Locks the key until the transaction ends, so
 * that of two requests that bring it at once the second sees what the first did.
 * @throws {ProblemException} IDEMPOTENCY_KEY_REUSED when the key came with another wish
 */
export async function findByKey(transaction: EntityManager, wish: KeyedWish): Promise<string | undefined> {
  if (wish.idempotencyKey === undefined) return undefined;
  const { kind, id } = toActor(wish.actor);
  await transaction.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, $2))`, [
    JSON.stringify([kind, id, wish.idempotencyKey]),
    keyLockSeed,
  ]);
  const [row] = await transaction.query<{ id: string; request: unknown }[]>(
    `SELECT id, request FROM rolling_restarts
     WHERE idempotency_key = $1 AND actor->>'kind' = $2 AND actor->>'id' = $3
       AND started_at > clock_timestamp() - interval '24 hours'
     ORDER BY id DESC LIMIT 1`,
    [wish.idempotencyKey, kind, id],
  );
  if (row && !isDeepStrictEqual(row.request, wish.input)) throw new ProblemException('IDEMPOTENCY_KEY_REUSED');
  return row?.id;
}
