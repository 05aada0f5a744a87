import type { Operation, OperationStep } from '@lockstep/contract';

/** A whole operation for tests; only what matters is given. */
export function operationOf(fields: Partial<Operation> = {}): Operation {
  return {
    id: '01a204f6-04de-7e02-8234-281b82a0a350',
    connectionId: 5,
    connectionName: 'web-1',
    type: 'ssh_test',
    target: '',
    status: 'in_progress',
    phase: 'running',
    progress: 0,
    message: '',
    error: null,
    errorCode: null,
    effect: null,
    startedAt: '2026-11-22T12:00:00.000Z',
    claimedAt: '2026-11-22T12:00:00.000Z',
    completedAt: null,
    createdBy: 'user',
    actor: { kind: 'user', id: '1', name: 'ada' },
    attempt: 1,
    retryOf: null,
    parentId: null,
    blockedBy: null,
    notBefore: null,
    sequence: 1,
    steps: [],
    metadata: {},
    ...fields,
  };
}

export function stepOf(fields: Partial<OperationStep> = {}): OperationStep {
  return {
    name: 'connect',
    title: 'Connect',
    status: 'pending',
    startedAt: null,
    endedAt: null,
    message: null,
    ...fields,
  };
}
