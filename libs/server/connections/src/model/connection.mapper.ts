import type { Connection, HostKey, HostKeyState, LastTest, Operation } from '@lockstep/contract';
import type { ConnectionEntity } from './connection.entity.js';
import type { HostKeyEntity } from './host-key.entity.js';

/** What the row itself does not know. */
export interface ConnectionFacts {
  readonly hostKeyState: HostKeyState;
  readonly lastTest: Operation | undefined;
}

/** The row as the wire shows it: without any secret. `credential` must have been joined. */
export const toConnection = (entity: ConnectionEntity, { hostKeyState, lastTest }: ConnectionFacts): Connection => ({
  id: entity.id,
  name: entity.name,
  host: entity.host,
  port: entity.port,
  username: entity.username,
  platform: entity.platform,
  tags: entity.tags,
  credential: entity.credential
    ? { kind: entity.credential.kind, updatedAt: entity.credential.updatedAt.toISOString() }
    : null,
  jumpConnectionId: entity.jumpConnectionId,
  hostKeyState,
  lastTest: lastTest ? toLastTest(lastTest) : null,
  demo: entity.demo,
  createdAt: entity.createdAt.toISOString(),
  updatedAt: entity.updatedAt.toISOString(),
});

const toLastTest = ({ id, status, errorCode, completedAt, startedAt }: Operation): LastTest => ({
  operationId: id,
  status,
  errorCode,
  endedAt: completedAt ?? startedAt,
});

export const toHostKey = (entity: HostKeyEntity): HostKey => ({
  algorithm: entity.algorithm,
  fingerprint: entity.fingerprint,
  seenAt: entity.seenAt.toISOString(),
  acceptedAt: entity.acceptedAt?.toISOString() ?? null,
  acceptedBy: entity.acceptedBy,
});
