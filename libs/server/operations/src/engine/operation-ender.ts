import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type LockedOperation, OperationJournal } from './operation-journal.js';
import { OperationQueue } from './operation-queue.js';
import type { OperationRecorder } from './operation-recorder.js';
import type { OperationRun } from './operation-run.js';
import { Parents } from './parents.js';
import { type RunEnd, fieldsOf, stepsAt } from './run-end.js';
import { Turns } from './turns.js';

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

  async end(run: OperationRun, recorder: OperationRecorder, asked: RunEnd): Promise<void> {
    const { before, steps, facts, progress } = await run.settle();
    await recorder.write(async (transaction, locked) => {
      const { operation, now } = locked;
      const end = await this.withFamily(transaction, locked, asked);
      await this.journal.transition(transaction, operation, {
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
      if (end.kind === 'park') await this.queue.add(transaction, operation.id, end.until);
      await this.turns.pass(transaction, operation);
    });
    this.logger.log(`${run.operation.type} ${run.operation.id} ended: ${asked.kind}`);
  }

  /** An end may be what its parent waits for. Who waits for children that ended meanwhile does not wait. */
  private async withFamily(
    transaction: EntityManager,
    { operation, now }: LockedOperation,
    end: RunEnd,
  ): Promise<RunEnd> {
    if (end.kind !== 'park') await this.parents.wake(transaction, operation);
    else if (end.forChildren && !(await this.parents.hasActiveChildren(transaction, operation.id)))
      return { ...end, until: now };
    return end;
  }
}
