import { Injectable, Logger } from '@nestjs/common';
import { type OperationEffect, type OperationErrorCode } from '@lockstep/contract';
import type { EntityManager } from 'typeorm';
import type { OperationEntity } from '../model/operation.entity.js';
import type { TransitionName } from '../model/transitions.js';
import { RunStopped } from './lease.js';
import {
  OperationCancelled,
  OperationFailure,
  type OperationHandler,
  type OperationResult,
} from './operation-handler.js';
import { type LockedOperation, OperationJournal } from './operation-journal.js';
import { OperationQueue } from './operation-queue.js';
import type { OperationRecorder } from './operation-recorder.js';
import { OperationParked, type OperationRun } from './operation-run.js';
import { cleanText, truncate } from './text.js';
import { Turns } from './turns.js';

/** How a run ended, before it is written down. */
export type RunEnd =
  | { readonly kind: 'succeed'; readonly result: OperationResult }
  | {
      readonly kind: 'fail';
      readonly code: OperationErrorCode;
      readonly message: string;
      readonly effect: OperationEffect;
      readonly hostWords?: string | undefined;
    }
  | { readonly kind: 'cancel'; readonly effect: 'none' | 'rolled_back' }
  | { readonly kind: 'park'; readonly until: Date; readonly reason: string };

const hostWordsLimit = 4_096;

/** Turns what a handler threw into how the operation ended. Nothing that is not known is called known. */
export function endOf(
  error: unknown,
  stopped: RunStopped | undefined,
  handler: OperationHandler,
  actedOnHost: boolean,
): RunEnd {
  if (error instanceof OperationParked) return { kind: 'park', until: error.until, reason: error.reason };
  if (error instanceof OperationCancelled) return { kind: 'cancel', effect: error.effect };
  if (error instanceof OperationFailure && !(stopped?.reason === 'cancel' && error.effect === 'none')) {
    return { kind: 'fail', code: error.code, message: error.message, effect: error.effect, hostWords: error.hostWords };
  }
  const effect = actedOnHost ? 'unknown' : 'none';
  if (stopped && actedOnHost) {
    return {
      kind: 'fail',
      code: 'OUTCOME_UNKNOWN',
      message: 'It was stopped while it worked on the host; look at the host.',
      effect,
    };
  }
  if (stopped?.reason === 'cancel') return { kind: 'cancel', effect: 'none' };
  if (stopped?.reason === 'deadline') {
    const seconds = Math.round(handler.deadlineMs / 1_000);
    return { kind: 'fail', code: 'DEADLINE_EXCEEDED', message: `It was not done within ${String(seconds)} s.`, effect };
  }
  return {
    kind: 'fail',
    code: 'INTERNAL',
    message: 'Something went wrong in Lockstep; the server log tells more.',
    effect,
  };
}

/** Writes the one ending event of a run, and lets those who waited have their turn, in one transaction. */
@Injectable()
export class OperationEnder {
  private readonly logger = new Logger('Operations');

  constructor(
    private readonly journal: OperationJournal,
    private readonly queue: OperationQueue,
    private readonly turns: Turns,
  ) {}

  async end(run: OperationRun, recorder: OperationRecorder, end: RunEnd, handler: OperationHandler): Promise<void> {
    const { steps, facts, progress } = await run.settle();
    await recorder.write(async (transaction, locked) => {
      const { operation } = locked;
      const common = {
        steps:
          end.kind === 'park'
            ? steps.map((step) => ({ ...step, status: step.status === 'skipped' ? ('pending' as const) : step.status }))
            : steps,
        metadata: { ...operation.metadata, ...facts },
        progress: Math.max(progress, operation.progress),
        leaseUntil: null,
        workerId: null,
      };
      await this.transition(transaction, locked, end, { common, handler });
      await this.turns.pass(transaction, operation);
    });
    this.logger.log(`${run.operation.type} ${run.operation.id} ended: ${end.kind}`);
  }

  private async transition(
    transaction: EntityManager,
    { operation, now }: LockedOperation,
    end: RunEnd,
    { common, handler }: { common: Partial<OperationEntity>; handler: OperationHandler },
  ): Promise<void> {
    const apply = (name: TransitionName, fields: Partial<OperationEntity>): Promise<void> =>
      this.journal.transition(transaction, operation, { name, with: { ...common, ...fields } });
    switch (end.kind) {
      case 'succeed': {
        const effect = end.result.effect ?? (handler.changesHost ? 'applied' : 'none');
        return apply('succeed', { effect, progress: 100, message: cleanText(end.result.message), completedAt: now });
      }
      case 'fail': {
        const error = cleanText(end.message);
        const words = end.hostWords ? { hostWords: truncate(cleanText(end.hostWords), hostWordsLimit) } : {};
        const metadata = { ...common.metadata, ...words };
        return apply('fail', {
          error,
          errorCode: end.code,
          message: error,
          effect: end.effect,
          metadata,
          completedAt: now,
        });
      }
      case 'cancel':
        return apply('cancel', { effect: end.effect, message: 'Cancelled', completedAt: now });
      case 'park':
        await apply('park', { notBefore: end.until, message: end.reason });
        return this.queue.add(transaction, operation.id, end.until);
    }
  }
}
