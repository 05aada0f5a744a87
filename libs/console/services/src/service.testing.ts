import type { Operation, Service } from '@lockstep/contract';

/** A service for tests; only what matters is given. */
export const serviceOf = (name: string, fields: Partial<Service> = {}): Service => ({
  name,
  description: '',
  state: 'active',
  subState: null,
  since: null,
  pinned: false,
  ...fields,
});

/** A restart for tests, running unless told otherwise. */
export const restartOf = (fields: Partial<Operation> = {}): Operation => ({
  id: '01a204f6-04de-7e02-8234-281b82a0a350',
  connectionId: 5,
  connectionName: 'web-1',
  type: 'service_restart',
  target: 'nginx.service',
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
});
