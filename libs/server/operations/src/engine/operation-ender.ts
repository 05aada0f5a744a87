import { Injectable, Logger } from '@nestjs/common';
import { OperationJournal } from './operation-journal.js';
import { OperationQueue } from './operation-queue.js';
import type { OperationRecorder } from './operation-recorder.js';
import type { OperationRun } from './operation-run.js';
import { type RunEnd, stepsAt, transitionOf } from './run-end.js';
import { Turns } from './turns.js';

/** Writes the one ending event of a run, and lets those who waited have their turn, in one transaction. */
@Injectable()
export class OperationEnder {
  private readonly logger = new Logger('Operations');

  constructor(
    private readonly journal: OperationJournal,
    private readonly queue: OperationQueue,
    private readonly turns: Turns,
  ) {}

  async end(run: OperationRun, recorder: OperationRecorder, end: RunEnd): Promise<void> {
    const { steps, facts, progress } = await run.settle();
    await recorder.write(async (transaction, { operation, now }) => {
      const metadata = { ...operation.metadata, ...facts };
      const { name, with: fields } = transitionOf(end, { now, changesHost: operation.changesHost, metadata });
      await this.journal.transition(transaction, operation, {
        name,
        with: {
          steps: stepsAt(end, steps, now),
          progress: Math.max(progress, operation.progress),
          leaseUntil: null,
          workerId: null,
          ...fields,
        },
      });
      if (end.kind === 'park') await this.queue.add(transaction, operation.id, end.until);
      await this.turns.pass(transaction, operation);
    });
    this.logger.log(`${run.operation.type} ${run.operation.id} ended: ${end.kind}`);
  }
}
