import type { OperationEventKind, OperationPhase, OperationStatus } from '@lockstep/contract';

/** What may happen to an operation, by name. */
export type TransitionName =
  'wait' | 'claim' | 'reconcile' | 'requestCancel' | 'park' | 'recall' | 'succeed' | 'fail' | 'cancel';

interface State {
  readonly status: OperationStatus;
  readonly phase: OperationPhase | null;
}

export interface Transition {
  readonly from: readonly OperationStatus[];
  readonly to: State;
  readonly event: OperationEventKind;
}

/** The whole life of an operation. It begins as `pending` (event `accepted`) and nothing leads out of the last three. */
export const transitions: Readonly<Record<TransitionName, Transition>> = {
  wait: { from: ['pending'], to: { status: 'pending', phase: 'waiting' }, event: 'waiting' },
  claim: { from: ['pending'], to: { status: 'in_progress', phase: 'running' }, event: 'claimed' },
  reconcile: { from: ['in_progress'], to: { status: 'in_progress', phase: 'reconciling' }, event: 'reconciling' },
  requestCancel: {
    from: ['in_progress'],
    to: { status: 'in_progress', phase: 'cancelling' },
    event: 'cancel_requested',
  },
  park: { from: ['in_progress'], to: { status: 'pending', phase: 'waiting' }, event: 'parked' },
  /** Somebody asked a parked one to stop. */
  recall: { from: ['pending'], to: { status: 'pending', phase: 'waiting' }, event: 'cancel_requested' },
  succeed: { from: ['in_progress'], to: { status: 'completed', phase: null }, event: 'completed' },
  fail: { from: ['in_progress'], to: { status: 'failed', phase: null }, event: 'failed' },
  cancel: { from: ['pending', 'in_progress'], to: { status: 'cancelled', phase: null }, event: 'cancelled' },
};

/** Thrown where code asks for a transition that the table does not have; always a fault of ours. */
class ForbiddenTransition extends Error {
  constructor(name: TransitionName, status: OperationStatus) {
    super(`An operation that is ${status} cannot ${name}.`);
  }
}

/** The state after `name`, or ForbiddenTransition. */
export function transitionFrom(status: OperationStatus, name: TransitionName): Transition {
  const transition = transitions[name];
  if (!transition.from.includes(status)) throw new ForbiddenTransition(name, status);
  return transition;
}
