import type { OperationEffect, OperationErrorCode, OperationStep } from '@lockstep/contract';
import type { OperationEntity } from '../model/operation.entity.js';
import type { RunStopped } from './lease.js';
import { OperationCancelled, OperationFailure, type OperationResult } from './operation-handler.js';
import { OperationParked, isParked } from './operation-run.js';
import { cleanText, truncate } from './text.js';

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
  | { readonly kind: 'park'; readonly until: Date; readonly reason: string; readonly forChildren: boolean };

/** What is known about a run beside what its handler threw. */
export interface RunCircumstances {
  /** Why it was told to stop, if it was. */
  readonly stopped: RunStopped | undefined;
  /** Whether a step began that must not be done twice. */
  readonly actedOnHost: boolean;
  readonly deadlineMs: number;
}

const hostWordsLimit = 4_096;

/** Turns what a handler threw into how the operation ended. Nothing that is not known is called known. */
export function endOf(error: unknown, { stopped, actedOnHost, deadlineMs }: RunCircumstances): RunEnd {
  if (error instanceof OperationParked) {
    const { until, reason, forChildren } = error;
    return { kind: 'park', until, reason, forChildren };
  }
  if (error instanceof OperationCancelled) return { kind: 'cancel', effect: error.effect };
  if (error instanceof OperationFailure) {
    // A clean step that failed because it was told to stop did not fail by itself.
    const wasTold = stopped !== undefined && !actedOnHost && error.effect === 'none';
    if (!wasTold) return failureOf(error);
  }
  const effect = actedOnHost ? 'unknown' : 'none';
  if (stopped && actedOnHost) {
    return fail('OUTCOME_UNKNOWN', 'It was stopped while it worked on the host; look at the host.', effect);
  }
  if (stopped?.reason === 'cancel') return { kind: 'cancel', effect: 'none' };
  if (stopped?.reason === 'deadline') {
    return fail('DEADLINE_EXCEEDED', `It was not done within ${String(Math.round(deadlineMs / 1_000))} s.`, effect);
  }
  return fail('INTERNAL', 'Something went wrong in Lockstep; the server log tells more.', effect);
}

const fail = (code: OperationErrorCode, message: string, effect: OperationEffect): RunEnd => ({
  kind: 'fail',
  code,
  message,
  effect,
});

const failureOf = ({ code, message, effect, hostWords }: OperationFailure): RunEnd => ({
  kind: 'fail',
  code,
  message,
  effect,
  hostWords,
});

/** What an end changes; its kind is the transition's name. `metadata` are the facts found so far. */
export function fieldsOf(
  end: RunEnd,
  { now, changesHost, metadata }: { now: Date; changesHost: boolean; metadata: Record<string, unknown> },
): Partial<OperationEntity> {
  switch (end.kind) {
    case 'succeed': {
      const effect = end.result.effect ?? (changesHost ? 'applied' : 'none');
      const message = cleanText(end.result.message);
      return { effect, progress: 100, message, metadata, completedAt: now };
    }
    case 'fail': {
      const error = cleanText(end.message);
      const words = end.hostWords ? { hostWords: truncate(cleanText(end.hostWords), hostWordsLimit) } : {};
      const told = { error, errorCode: end.code, message: error, metadata: { ...metadata, ...words } };
      return { ...told, effect: end.effect, completedAt: now };
    }
    case 'cancel':
      return { effect: end.effect, message: 'Cancelled', metadata, completedAt: now };
    case 'park':
      return { notBefore: end.until, message: end.reason, metadata };
  }
}

/** Steps that nobody came to are skipped at an end, and one that was given up in its middle is cancelled; while parked they are still to come. */
export const stepsAt = (end: RunEnd, steps: readonly OperationStep[], now: Date): OperationStep[] =>
  steps.map((step) => {
    if (end.kind === 'park') return step;
    if (step.status === 'running' || isParked(step))
      return { ...step, status: 'cancelled', endedAt: now.toISOString() };
    return step.status === 'pending' ? { ...step, status: 'skipped' } : step;
  });
