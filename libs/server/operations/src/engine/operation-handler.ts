import { Injectable, SetMetadata, applyDecorators } from '@nestjs/common';
import type { LogLine, Operation, OperationEffect, OperationErrorCode, OperationType } from '@lockstep/contract';
import { RunStopped } from './lease.js';

/**
 * A step as its handler plans it. `at_most_once`: it may change the host and must not be done twice; a worker lost in it
 * is reconciled. `repeatable`: doing it again changes nothing more. `read`: it leaves nothing behind on the host, so it
 * may begin while that it begins is still being written.
 */
export interface StepPlan {
  readonly name: string;
  readonly title: string;
  readonly safety: 'read' | 'repeatable' | 'at_most_once';
}

/** How an operation that reached its goal ended. `effect` defaults to `applied` if the handler changes hosts, else `none`. */
export interface OperationResult {
  readonly message: string;
  readonly effect?: OperationEffect;
}

/** What a handler sees of the engine. */
export interface OperationContext {
  /** The operation as it was claimed. */
  readonly operation: Operation;
  readonly input: Readonly<Record<string, unknown>>;
  /** 1 for the first worker, more after a lost one. Parking does not count. */
  readonly attempt: number;
  /** Aborted when someone cancels, the deadline passes, the lease is lost or the process stops. Close everything then. */
  readonly signal: AbortSignal;
  /** Commits «step started», runs `body`, commits how it ended; joined likewise where doing it again is safe. `name` is one of the plan. */
  step<Result>(name: string, body: (step: StepHandle) => Promise<Result>): Promise<Result>;
  /** Marks a step of the plan as not needed, and why. */
  skip(name: string, reason: string): void;
  /** Per cent, 0 to 99. A lower figure than before is passed over. Joined to at most ten events a second. */
  progress(percent: number, message?: string): void;
  /** Text of the host or of ours, cut into lines. Joined likewise; over 1 MiB for one operation it is cut and marked. */
  log(stream: LogLine['stream'], text: string): void;
  /** Facts for `metadata`, shown to everyone who may see the connection. Never a secret. */
  facts(facts: Record<string, unknown>): void;
  /** Gives the worker free and keeps the slot until a time; then `run` is called anew. Does not return. */
  park(until: Date, reason: string): never;
  /** The same until none of its children is active any more, but no longer than until a time. Does not return. */
  awaitChildren(until: Date, reason: string): never;
}

export interface StepHandle {
  /** A short sentence about how the step went, shown beside it. */
  summary(text: string): void;
}

/** The code that performs one type of operation. Exactly one provider for each type bears `@OperationHandlerFor`. */
export interface OperationHandler {
  readonly type: OperationType;
  /** Whether it takes its turn on the connection: operations that change a host run one at a time there. */
  readonly changesHost: boolean;
  /** The most milliseconds one attempt may take. */
  readonly deadlineMs: number;
  /** The milliseconds it may take to stop, or to put the host back, after its signal; 3,000 unless told. Then it is given up. */
  readonly graceMs?: number;
  readonly steps: readonly StepPlan[];
  run(context: OperationContext): Promise<OperationResult>;
  /** Called instead of `run` after a worker was lost in an at-most-once step: look at the host, and finish truthfully. */
  reconcile?(context: OperationContext, interruptedStep: string): Promise<OperationResult>;
}

export const OPERATION_HANDLER = 'lockstep:operation-handler';

/** Makes a provider the handler of a type; the registry finds it at boot. */
export const OperationHandlerFor = (type: OperationType): ClassDecorator =>
  applyDecorators(Injectable(), SetMetadata(OPERATION_HANDLER, type));

/** Thrown by a handler: the operation did not reach its goal. `message` is a sentence a person can act on. */
export class OperationFailure extends Error {
  readonly effect: OperationEffect;
  /** What the host itself said, shown beside our sentence; at most 4 KiB are kept. */
  readonly hostWords: string | undefined;

  constructor(
    readonly code: OperationErrorCode,
    message: string,
    more: { effect?: OperationEffect; hostWords?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.effect = more.effect ?? 'none';
    this.hostWords = more.hostWords;
  }
}

/** Whether a run's signal was aborted because someone asked for it, and not because this worker has to let go. */
export const wasCancelled = ({ reason }: AbortSignal): boolean =>
  reason instanceof RunStopped && reason.reason === 'cancel';

/** Whether this worker has to let go: it may touch the host no more, because another goes on from there. */
export const mustLetGo = ({ reason }: AbortSignal): boolean =>
  reason instanceof RunStopped && (reason.reason === 'lease_lost' || reason.reason === 'handover');

/** Thrown by a handler that stopped because someone asked it to. The host is as it was before, or was put back. */
export class OperationCancelled extends Error {
  constructor(readonly effect: 'none' | 'rolled_back' = 'none') {
    super('cancelled');
  }
}
