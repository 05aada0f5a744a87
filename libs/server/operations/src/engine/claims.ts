import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { OperationEntity } from '../model/operation.entity.js';
import { leaseSeconds, mostAttempts } from './engine-options.js';
import { OperationJournal, type ReadOperation, changesOf } from './operation-journal.js';
import { OperationQueue } from './operation-queue.js';
import { Parents } from './parents.js';

/** A worker's right to an operation. */
export interface Claim {
  readonly operation: OperationEntity;
  readonly fence: number;
  /** `performance.now()` before the claim was written: the lease counts from here. */
  readonly claimedAtMs: number;
  /** The database's clock, counted on from the claim by this process's monotonic one. */
  readonly now: () => Date;
  /** The step in which the worker before was lost, if it may have acted on the host. */
  readonly interruptedStep: string | undefined;
}

interface Claimant {
  readonly workerId: string;
  readonly claimedAtMs: number;
}

/** Decides whether a worker may have an operation now. */
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
    const by = { workerId, claimedAtMs: performance.now() };
    return (await this.takeAtOnce(id, by)) ?? this.takeLocked(id, by);
  }

  /** As a rule nobody else is at it. Then what was read still holds when the claim is written, and no lock is needed. */
  private async takeAtOnce(id: string, by: Claimant): Promise<Claim | undefined> {
    const { manager } = this.dataSource;
    const found = await this.journal.read(manager, id);
    if (found?.operation.status !== 'pending' || found.operation.changesHost || laterTime(found)) return undefined;
    const { operation, now } = found;
    const claimed = await this.journal.write(manager, operation, changesOf(operation, claimBy(by, found)));
    return claimed ? toClaim(operation, { ...by, now }) : undefined;
  }

  private async takeLocked(id: string, by: Claimant): Promise<Claim | undefined> {
    return this.dataSource.transaction(async (transaction) => {
      const locked = await this.journal.lock(transaction, id);
      if (!locked || locked.operation.completedAt) return undefined;
      const { operation, now } = locked;
      if (operation.status === 'in_progress') {
        return operation.leaseUntil && operation.leaseUntil > now
          ? undefined
          : this.takeOver(transaction, operation, { ...by, now });
      }
      const later = laterTime(locked);
      if (later) {
        await this.queue.add(transaction, id, later);
        return undefined;
      }
      // Asked to stop, it begins no step any more.
      if (!operation.cancelRequested && (await this.mustWait(transaction, operation))) return undefined;
      await this.journal.transition(transaction, operation, claimBy(by, locked));
      return toClaim(operation, { ...by, now });
    });
  }

  /** The worker before was lost. Whoever comes now looks first at what that one may have done. */
  private async takeOver(
    transaction: EntityManager,
    operation: OperationEntity,
    by: Claimant & { now: Date },
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
    return toClaim(operation, by, interruptedStep);
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

/** When it may go on, if that is not yet. */
const laterTime = ({ operation: { notBefore }, now }: ReadOperation): Date | undefined =>
  notBefore && notBefore > now ? notBefore : undefined;

const claimBy = ({ workerId }: Claimant, { operation, now }: ReadOperation) => ({
  name: 'claim' as const,
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

function toClaim(
  operation: OperationEntity,
  { claimedAtMs, now }: { claimedAtMs: number; now: Date },
  interruptedStep?: string,
): Claim {
  const since = performance.now();
  const clock = (): Date => new Date(now.getTime() + performance.now() - since);
  return { operation, fence: operation.fence, claimedAtMs, now: clock, interruptedStep };
}

/** Counted from when it was read, on the database's clock. */
const newLease = (operation: OperationEntity, by: { workerId: string; now: Date }): Partial<OperationEntity> => ({
  workerId: by.workerId,
  fence: operation.fence + 1,
  leaseUntil: new Date(by.now.getTime() + leaseSeconds * 1_000),
});
