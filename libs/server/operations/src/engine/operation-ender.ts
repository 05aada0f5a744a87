import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Claim } from './claims.js';
import { type NamedChange, OperationJournal, type ReadOperation, changesOf } from './operation-journal.js';
import { OperationQueue } from './operation-queue.js';
import type { OperationRecorder } from './operation-recorder.js';
import type { OperationRun } from './operation-run.js';
import { Parents } from './parents.js';
import { type RunEnd, fieldsOf, stepsAt } from './run-end.js';
import { Turns } from './turns.js';

interface RunToEnd {
  readonly claim: Claim;
  readonly run: OperationRun;
  readonly recorder: OperationRecorder;
}

/** Writes the one ending event of a run, and lets those who waited have their turn, in one transaction. */
@Injectable()
export class OperationEnder {
  private readonly logger = new Logger('Operations');

  constructor(
    private readonly journal: OperationJournal,
    private readonly queue: OperationQueue,
    private readonly turns: Turns,
    private readonly parents: Parents,
  ) {}

  async end(asked: RunEnd, { claim, run, recorder }: RunToEnd): Promise<void> {
    const { before, steps, facts, progress } = await run.settle();
    const change = (end: RunEnd, now: Date): NamedChange => ({
      name: end.kind,
      before,
      with: (last) => ({
        steps: stepsAt(end, steps, now),
        progress: Math.max(progress, last.progress),
        leaseUntil: null,
        workerId: null,
        ...fieldsOf(end, { now, changesHost: last.changesHost, metadata: { ...last.metadata, ...facts } }),
      }),
    });
    const { operation } = claim;
    // Where nobody can wait for it, its end is a write like any other.
    if (asked.kind !== 'park' && operation.parentId === null && !operation.changesHost) {
      await recorder.record(changesOf(operation, change(asked, claim.now())));
    } else {
      await recorder.write(async (transaction, locked) => {
        const end = await this.withFamily(transaction, locked, asked);
        await this.journal.transition(transaction, locked.operation, change(end, locked.now));
        if (end.kind === 'park') await this.queue.add(transaction, operation.id, end.until);
        await this.turns.pass(transaction, locked.operation);
      });
    }
    this.logger.log(`${operation.type} ${operation.id} ended: ${asked.kind}`);
  }

  /** An end may be what its parent waits for. Who waits for children that ended meanwhile does not wait. */
  private async withFamily(
    transaction: EntityManager,
    { operation, now }: ReadOperation,
    end: RunEnd,
  ): Promise<RunEnd> {
    if (end.kind !== 'park') await this.parents.wake(transaction, operation);
    else if (end.forChildren && !(await this.parents.hasActiveChildren(transaction, operation.id)))
      return { ...end, until: now };
    return end;
  }
}
