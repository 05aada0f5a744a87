import type { Operation, OperationEvent } from '@lockstep/contract';
import type { OperationEventEntity } from './operation-event.entity.js';
import type { OperationEntity } from './operation.entity.js';

const isoOrNull = (date: Date | null): string | null => date?.toISOString() ?? null;

/** The one crossing from the table to the wire: what is not named here stays on the server. */
export const toOperation = (entity: OperationEntity): Operation => ({
  id: entity.id,
  connectionId: entity.connectionId,
  connectionName: entity.connectionName,
  type: entity.type,
  target: entity.target,
  status: entity.status,
  phase: entity.phase,
  progress: entity.progress,
  message: entity.message,
  error: entity.error,
  errorCode: entity.errorCode,
  effect: entity.effect,
  startedAt: entity.startedAt.toISOString(),
  claimedAt: isoOrNull(entity.claimedAt),
  completedAt: isoOrNull(entity.completedAt),
  createdBy: entity.createdBy,
  actor: entity.actor,
  attempt: entity.attempt,
  retryOf: entity.retryOf,
  parentId: entity.parentId,
  blockedBy: entity.blockedBy,
  notBefore: isoOrNull(entity.notBefore),
  sequence: entity.sequence,
  steps: entity.steps,
  metadata: entity.metadata,
});

export const toOperationEvent = (entity: OperationEventEntity): OperationEvent => ({
  operationId: entity.operationId,
  connectionId: entity.connectionId,
  sequence: entity.sequence,
  position: entity.position,
  at: entity.at.toISOString(),
  kind: entity.kind,
  ...entity.data,
});
