import type { Actor } from '@lockstep/contract';
import type { AuditRecord } from '@lockstep/server-access';
import type { OperationEntity } from '../model/operation.entity.js';

/** What the audit tells about something that was done to an operation. */
export const auditOf = (
  action: 'operation.started' | 'operation.cancelled',
  operation: OperationEntity,
  actor: Actor,
): AuditRecord => ({
  actor,
  action,
  subject: `operation:${operation.id}`,
  result: 'ok',
  detail: {
    type: operation.type,
    connectionId: operation.connectionId,
    connection: operation.connectionName,
    target: operation.target,
  },
});
