import { Injectable } from '@nestjs/common';
import { ProblemException } from '@lockstep/server-http';
import type { EntityManager } from 'typeorm';
import { OperationEntity } from '../model/operation.entity.js';
import type { StartRequest } from './start-request.js';

/** Any number; keeps these locks apart from others that are made of texts. */
const keyLockSeed = 7_251_004;

interface Kept {
  readonly operation: OperationEntity;
  /** Whether the request that brought the key started it, or joined it. */
  readonly started: boolean;
}

type KeyedRequest = Pick<StartRequest, 'idempotencyKey' | 'actor' | 'type' | 'connection' | 'target' | 'retryOf'>;

/** `Idempotency-Key`: the same actor and key get the same answer for 24 hours, also after the operation has ended. */
@Injectable()
export class IdempotencyKeys {
  /**
   * Locks the key until the transaction ends, so that of two requests that bring it at once the second sees what the first did.
   * @throws IDEMPOTENCY_KEY_REUSED when the key came with another request before
   */
  async find(transaction: EntityManager, request: KeyedRequest): Promise<Kept | undefined> {
    if (request.idempotencyKey === undefined) return undefined;
    await transaction.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, $2))`, [
      JSON.stringify([actorOf(request), request.idempotencyKey]),
      keyLockSeed,
    ]);
    const [row] = await transaction.query<{ operation_id: string; request: string; started: boolean }[]>(
      `SELECT operation_id, request, started FROM idempotency_keys WHERE actor = $1 AND key = $2`,
      [actorOf(request), request.idempotencyKey],
    );
    if (!row) return undefined;
    if (row.request !== fingerprintOf(request)) throw new ProblemException('IDEMPOTENCY_KEY_REUSED');
    const operation = await transaction.findOneByOrFail(OperationEntity, { id: row.operation_id });
    return { operation, started: row.started };
  }

  async keep(transaction: EntityManager, request: KeyedRequest, kept: Kept): Promise<void> {
    if (request.idempotencyKey === undefined) return;
    await transaction.query(
      `INSERT INTO idempotency_keys (actor, key, request, started, operation_id) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (actor, key) DO NOTHING`,
      [actorOf(request), request.idempotencyKey, fingerprintOf(request), kept.started, kept.operation.id],
    );
  }
}

const actorOf = ({ actor }: KeyedRequest): string => `${actor.kind}:${actor.id}`;
const fingerprintOf = (request: KeyedRequest): string =>
  JSON.stringify([request.type, request.connection.id, request.target ?? '', request.retryOf ?? null]);
