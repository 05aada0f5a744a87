import { Injectable } from '@nestjs/common';
import { activeStatuses } from '@lockstep/contract';
import { type EntityManager, In, Not } from 'typeorm';
import { OperationEntity } from '../model/operation.entity.js';
import { OperationQueue } from './operation-queue.js';

/**
 * Operations that wait for others which they started. While one waits it is parked: it keeps no worker, so any number of them
 * may wait when all workers are busy with children.
 */
@Injectable()
export class Parents {
  constructor(private readonly queue: OperationQueue) {}

  /**
   * Lets a parked parent go on if this, which ends in the transaction, was the last of its children. Comes before the end is
   * written: a child is locked before its parent, and both before the streams.
   */
  async wake(transaction: EntityManager, { id, parentId }: OperationEntity): Promise<void> {
    if (parentId === null) return;
    // Of two children that end at once the second waits here, and so sees the end of the first.
    await transaction.query(`SELECT FROM operations WHERE id = $1 FOR UPDATE`, [parentId]);
    if (await this.hasActiveChildren(transaction, parentId, id)) return;
    await this.queue.wake(transaction, parentId);
  }

  /** Under the parent's lock, because no child ends without it. `except` is a child that ends now. */
  hasActiveChildren(transaction: EntityManager, parentId: string, except?: string): Promise<boolean> {
    const others = except === undefined ? {} : { id: Not(except) };
    return transaction.existsBy(OperationEntity, { ...others, parentId, status: In(activeStatuses) });
  }
}
