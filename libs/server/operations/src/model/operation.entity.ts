import type {
  Actor,
  CreatedBy,
  OperationEffect,
  OperationErrorCode,
  OperationPhase,
  OperationStatus,
  OperationStep,
  OperationType,
} from '@lockstep/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An operation as Postgres keeps it. The second half never leaves the server. */
@Entity('operations')
export class OperationEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('integer', { name: 'connection_id' })
  connectionId!: number;

  @Column('text', { name: 'connection_name' })
  connectionName!: string;

  @Column('text')
  type!: OperationType;

  @Column('text')
  target!: string;

  @Column('text')
  status!: OperationStatus;

  @Column('text', { nullable: true })
  phase!: OperationPhase | null;

  @Column('smallint')
  progress!: number;

  @Column('text')
  message!: string;

  @Column('text', { nullable: true })
  error!: string | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: OperationErrorCode | null;

  @Column('text', { nullable: true })
  effect!: OperationEffect | null;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'claimed_at', nullable: true })
  claimedAt!: Date | null;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;

  @Column('text', { name: 'created_by' })
  createdBy!: CreatedBy;

  @Column('jsonb')
  actor!: Actor;

  @Column('integer')
  attempt!: number;

  @Column('uuid', { name: 'retry_of', nullable: true })
  retryOf!: string | null;

  @Column('uuid', { name: 'parent_id', nullable: true })
  parentId!: string | null;

  @Column('uuid', { name: 'blocked_by', nullable: true })
  blockedBy!: string | null;

  @Column('timestamptz', { name: 'not_before', nullable: true })
  notBefore!: Date | null;

  @Column('integer')
  sequence!: number;

  @Column('jsonb')
  steps!: OperationStep[];

  @Column('jsonb')
  metadata!: Record<string, unknown>;

  /** What the handler needs beyond connection and target. Never a secret. */
  @Column('jsonb')
  input!: Record<string, unknown>;

  @Column('boolean', { name: 'changes_host' })
  changesHost!: boolean;

  @Column('boolean', { name: 'cancel_requested' })
  cancelRequested!: boolean;

  /** Raised by every claim; a write that bears an older one is refused. */
  @Column('integer')
  fence!: number;

  @Column('text', { name: 'worker_id', nullable: true })
  workerId!: string | null;

  /** On the database's clock. */
  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil!: Date | null;

  @Column('integer', { name: 'log_bytes' })
  logBytes!: number;
}
