import { operationOf } from '@lockstep/console-operations/testing';
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
export const restartOf = (fields: Partial<Operation> = {}): Operation =>
  operationOf({ type: 'service_restart', target: 'nginx.service', ...fields });
