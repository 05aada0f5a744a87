import { randomUUIDv7 } from 'node:crypto';
import type { Actor, CreatedBy, OperationType } from '@lockstep/contract';
import { OperationEntity } from '../model/operation.entity.js';
import type { OperationHandler } from './operation-handler.js';

/** What to start, where, and who wants it. */
export interface StartRequest {
  readonly type: OperationType;
  readonly connection: { readonly id: number; readonly name: string };
  /** What on the connection; empty where the type has only one. */
  readonly target?: string;
  /** What the handler needs besides. Kept in clear: never a secret. */
  readonly input?: Record<string, unknown>;
  readonly actor: Actor;
  readonly createdBy: CreatedBy;
  readonly idempotencyKey?: string | undefined;
  readonly retryOf?: string;
  readonly parentId?: string;
}

/** The operation as it is accepted. Its time is the database's, set when it is inserted. */
export const newOperation = (request: StartRequest, handler: OperationHandler): OperationEntity =>
  Object.assign(new OperationEntity(), {
    id: randomUUIDv7(),
    connectionId: request.connection.id,
    connectionName: request.connection.name,
    type: request.type,
    target: request.target ?? '',
    status: 'pending',
    phase: null,
    progress: 0,
    message: 'Accepted',
    error: null,
    errorCode: null,
    effect: null,
    startedAt: new Date(0),
    claimedAt: null,
    completedAt: null,
    createdBy: request.createdBy,
    actor: request.actor,
    attempt: 0,
    retryOf: request.retryOf ?? null,
    parentId: request.parentId ?? null,
    blockedBy: null,
    notBefore: null,
    sequence: 1,
    steps: handler.steps.map(({ name, title }) => ({
      name,
      title,
      status: 'pending',
      startedAt: null,
      endedAt: null,
      message: null,
    })),
    metadata: {},
    input: request.input ?? {},
    changesHost: handler.changesHost,
    cancelRequested: false,
    fence: 0,
    workerId: null,
    leaseUntil: null,
    logBytes: 0,
  } satisfies OperationEntity);
