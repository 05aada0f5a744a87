import { RunStopped, type StopReason } from './lease.js';
import { endOf } from './run-end.js';
import { OperationCancelled, OperationFailure } from './operation-handler.js';
import { OperationParked } from './operation-run.js';

const stopped = (reason: StopReason): RunStopped => new RunStopped(reason);
const anyError = new Error('socket closed');

describe('how a run ended', () => {
  it('is what the handler says it is', () => {
    const failure = new OperationFailure('COMMAND_FAILED', 'It failed.', { effect: 'applied', hostWords: 'no' });
    expect(endOf(failure, { stopped: undefined, actedOnHost: true, deadlineMs: 5_000 })).toEqual({
      kind: 'fail',
      code: 'COMMAND_FAILED',
      message: 'It failed.',
      effect: 'applied',
      hostWords: 'no',
    });
  });

  it('is cancelled only with the host as it was', () => {
    expect(endOf(anyError, { stopped: stopped('cancel'), actedOnHost: false, deadlineMs: 5_000 })).toEqual({
      kind: 'cancel',
      effect: 'none',
    });
    expect(
      endOf(new OperationCancelled('rolled_back'), {
        stopped: stopped('cancel'),
        actedOnHost: true,
        deadlineMs: 5_000,
      }),
    ).toEqual({
      kind: 'cancel',
      effect: 'rolled_back',
    });
  });

  it.each(['cancel', 'deadline'] as const)('is unknown after %s in the middle of an effect', (reason) => {
    expect(endOf(anyError, { stopped: stopped(reason), actedOnHost: true, deadlineMs: 5_000 })).toMatchObject({
      kind: 'fail',
      code: 'OUTCOME_UNKNOWN',
      effect: 'unknown',
    });
  });

  it('is the deadline, not what closing the connection at the deadline looked like', () => {
    const failure = new OperationFailure('CONNECTION_LOST', 'The connection was lost.');
    expect(endOf(failure, { stopped: stopped('deadline'), actedOnHost: false, deadlineMs: 5_000 })).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it('is cancelled, not failed, when closing the connection on request made a clean step fail', () => {
    const failure = new OperationFailure('CONNECTION_LOST', 'The connection was lost.');
    expect(endOf(failure, { stopped: stopped('cancel'), actedOnHost: false, deadlineMs: 5_000 })).toEqual({
      kind: 'cancel',
      effect: 'none',
    });
  });

  it('keeps the failure of a step that had an effect, although it was asked to stop', () => {
    const failure = new OperationFailure('COMMAND_FAILED', 'It failed.', { effect: 'partial' });
    expect(endOf(failure, { stopped: stopped('cancel'), actedOnHost: true, deadlineMs: 5_000 })).toMatchObject({
      kind: 'fail',
      effect: 'partial',
    });
  });

  it('says how long it had when the deadline passed', () => {
    expect(endOf(anyError, { stopped: stopped('deadline'), actedOnHost: false, deadlineMs: 5_000 })).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: 'It was not done within 5 s.',
    });
  });

  it('never tells the text of an error of ours', () => {
    const end = endOf(anyError, { stopped: undefined, actedOnHost: false, deadlineMs: 5_000 });
    expect(end).toMatchObject({ kind: 'fail', code: 'INTERNAL', effect: 'none' });
    expect(JSON.stringify(end)).not.toContain('socket closed');
  });

  it('parks until the time that the handler named', () => {
    const until = new Date(0);
    expect(
      endOf(new OperationParked(until, 'later'), { stopped: undefined, actedOnHost: false, deadlineMs: 5_000 }),
    ).toEqual({
      kind: 'park',
      until,
      reason: 'later',
      forChildren: false,
    });
  });
});
