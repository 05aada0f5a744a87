import { findHandlerFaults } from './handler-registry.js';
import type { OperationHandler, StepPlan } from './operation-handler.js';

const look: StepPlan = { name: 'look', title: 'Look', safety: 'repeatable' };
const act: StepPlan = { name: 'act', title: 'Act', safety: 'at_most_once' };

class TestHandler implements OperationHandler {
  readonly type = 'ssh_test';
  readonly changesHost = false;
  readonly deadlineMs = 1_000;
  constructor(readonly steps: readonly StepPlan[] = [look]) {}
  run = () => Promise.resolve({ message: 'done' });
}

describe('the check of handlers at boot', () => {
  it('is content with exactly one handler for each type', () => {
    expect(findHandlerFaults([new TestHandler()], ['ssh_test'])).toEqual([]);
  });

  it('names a type without a handler, and the fix', () => {
    expect(findHandlerFaults([], ['ssh_test'])).toEqual([expect.stringContaining(`@OperationHandlerFor('ssh_test')`)]);
  });

  it('names a type with two handlers', () => {
    expect(findHandlerFaults([new TestHandler(), new TestHandler()], ['ssh_test'])).toEqual([
      expect.stringContaining('2 handlers'),
    ]);
  });

  it('wants a reconcile() for a step that may be done only once', () => {
    expect(findHandlerFaults([new TestHandler([look, act])], ['ssh_test'])).toEqual([
      expect.stringContaining('reconcile()'),
    ]);
  });

  it('wants at least one step', () => {
    expect(findHandlerFaults([new TestHandler([])], ['ssh_test'])).toEqual([expect.stringContaining('no steps')]);
  });
});
