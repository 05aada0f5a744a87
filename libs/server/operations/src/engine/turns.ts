import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OperationEntity } from '../model/operation.entity.js';
import { OperationQueue } from './operation-queue.js';

/** When an operation ends or steps aside, those that waited on the same connection are looked at again. */
@Injectable()
export class Turns {
  constructor(private readonly queue: OperationQueue) {}

  async pass(transaction: EntityManager, operation: OperationEntity): Promise<void> {
    if (!operation.changesHost) return;
    const waiting = await transaction.query<{ id: string }[]>(
      `SELECT id FROM operations
       WHERE connection_id = $1 AND changes_host AND status = 'pending' AND id <> $2
         AND (not_before IS NULL OR not_before <= clock_timestamp())
       ORDER BY started_at, id LIMIT 20`,
      [operation.connectionId, operation.id],
    );
    for (const { id } of waiting) await this.queue.add(transaction, id);
  }
}
