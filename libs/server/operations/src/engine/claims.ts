import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { OperationEntity } from '../model/operation.entity.js';
import { leaseSeconds, mostAttempts } from './engine-options.js';
import { OperationJournal } from './operation-journal.js';
import { OperationQueue } from './operation-queue.js';
import { Parents } from './parents.js';

/** A worker's right to an operation. */
export interface Claim {
  readonly operation: OperationEntity;
  readonly fence: number;
  /** `performance.now()` before the claim was written: the lease counts from here. */
  readonly claimedAtMs: number;
  /** The step in which the worker before was lost, if it may have acted on the host. */
  readonly interruptedStep: string | undefined;
}

/** Decides, under the operation's lock, whether a worker may have it now. */
@Injectable()
export class Claims {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly journal: OperationJournal,
    private readonly queue: OperationQueue,
    private readonly parents: Parents,
  ) {}

  /** The claim, or undefined when there is nothing to do now: ended, held by another, not its time, not its turn. */
  async take(id: string, workerId: string): Promise<Claim | undefined> {
    const claimedAtMs = performance.now();
    return this.dataSource.transaction(async (transaction) => {
      const locked = await this.journal.lock(transaction, id);
      if (!locked || locked.operation.completedAt) return undefined;
      const { operation, now } = locked;
      if (operation.status === 'in_progress') {
        return operation.leaseUntil && operation.leaseUntil > now
          ? undefined
          : this.takeOver(transaction, operation, { workerId, claimedAtMs, now });
      }
      if (operation.notBefore && operation.notBefore > now) {
        await this.queue.add(transaction, id, operation.notBefore);
        return undefined;
      }
      // Asked to stop, it begins no step any more.
      if (!operation.cancelRequested && (await this.mustWait(transaction, operation))) return undefined;
      await this.journal.transition(transaction, operation, {
        name: 'claim',
        with: {
          ...newLease(operation, { workerId, now }),
          // One that was parked has lost no worker.
          attempt: Math.max(operation.attempt, 1),
          claimedAt: operation.claimedAt ?? now,
          blockedBy: null,
          notBefore: null,
          message: operation.claimedAt ? 'Goes on' : 'Started',
        },
      });
      return { operation, fence: operation.fence, claimedAtMs, interruptedStep: undefined };
    });
  }

  /** The worker before was lost. Whoever comes now looks first at what that one may have done. */
  private async takeOver(
    transaction: EntityManager,
    operation: OperationEntity,
    by: { workerId: string; claimedAtMs: number; now: Date },
  ): Promise<Claim | undefined> {
    if (operation.attempt >= mostAttempts) {
      const message = `${String(operation.attempt)} workers were lost over this operation.`;
      await this.parents.wake(transaction, operation);
      await this.journal.transition(transaction, operation, {
        name: 'fail',
        with: {
          error: message,
          errorCode: 'WORKER_LOST',
          message,
          effect: operation.changesHost ? 'unknown' : 'none',
          completedAt: by.now,
          leaseUntil: null,
          workerId: null,
        },
      });
      return undefined;
    }
    const interruptedStep = operation.steps.find((step) => step.status === 'running')?.name;
    await this.journal.transition(transaction, operation, {
      name: 'reconcile',
      with: {
        ...newLease(operation, by),
        attempt: operation.attempt + 1,
        message: 'The worker was lost; finding out what happened',
      },
    });
    return { operation, fence: operation.fence, claimedAtMs: by.claimedAtMs, interruptedStep };
  }

  /**
   * Operations that change a host take turns: the first accepted goes first. One that is parked for a time does not hold the turn.
   * The stream's lock orders two that ask at once.
   */
  private async mustWait(transaction: EntityManager, operation: OperationEntity): Promise<boolean> {
    if (!operation.changesHost) return false;
    await transaction.query(`SELECT FROM connection_streams WHERE connection_id = $1 FOR UPDATE`, [
      operation.connectionId,
    ]);
    const [ahead] = await transaction.query<{ id: string }[]>(
      `SELECT id FROM operations
       WHERE connection_id = $1 AND changes_host AND id <> $2
         AND (status = 'in_progress'
              OR status = 'pending' AND (not_before IS NULL OR not_before <= clock_timestamp()) AND (started_at, id) < ($3, $2))
       ORDER BY status = 'in_progress', started_at DESC, id DESC LIMIT 1`,
      [operation.connectionId, operation.id, operation.startedAt],
    );
    if (!ahead) return false;
    if (operation.blockedBy !== ahead.id || operation.phase !== 'waiting') {
      await this.journal.transition(transaction, operation, {
        name: 'wait',
        with: { blockedBy: ahead.id, message: 'Waits for its turn on this connection' },
      });
    }
    return true;
  }
}

/** Counted from the lock, on the database's clock. */
const newLease = (operation: OperationEntity, by: { workerId: string; now: Date }): Partial<OperationEntity> => ({
  workerId: by.workerId,
  fence: operation.fence + 1,
  leaseUntil: new Date(by.now.getTime() + leaseSeconds * 1_000),
});
