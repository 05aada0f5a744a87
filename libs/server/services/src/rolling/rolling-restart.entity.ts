import type { Actor, CreatedBy, RollingRestartInput } from '@lockstep/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One service restarted on several connections. `completedAt` is set once nothing more can happen. */
@Entity('rolling_restarts')
export class RollingRestartEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  service!: string;

  @Column('integer', { name: 'at_once' })
  atOnce!: number;

  @Column('integer', { name: 'stop_after_failures' })
  stopAfterFailures!: number;

  @Column('text', { name: 'created_by' })
  createdBy!: CreatedBy;

  @Column('jsonb')
  actor!: Actor;

  /** Through whose eyes it is decided, as each host's turn comes, whether it may still be reached. */
  @Column('integer', { name: 'user_id' })
  userId!: number;

  @Column('text', { name: 'idempotency_key', nullable: true })
  idempotencyKey!: string | null;

  /** What was asked for; kept where it came with a key. */
  @Column('jsonb', { nullable: true })
  request!: RollingRestartInput | null;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'cancelled_at', nullable: true })
  cancelledAt!: Date | null;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
}
