import type { OperationStatus } from '@lockstep/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One host of a rolling restart, in its place in the order. */
@Entity('rolling_restart_targets')
export class RollingTargetEntity {
  @PrimaryColumn('uuid', { name: 'rolling_restart_id' })
  rollingRestartId!: string;

  @PrimaryColumn('integer', { name: 'connection_id' })
  connectionId!: number;

  @Column('integer')
  place!: number;

  @Column('text', { name: 'connection_name' })
  connectionName!: string;

  /** Begun for this, or joined. */
  @Column('uuid', { name: 'operation_id', nullable: true })
  operationId!: string | null;

  /** How its operation ended; kept because the operation is removed one day. */
  @Column('text', { nullable: true })
  outcome!: OperationStatus | null;

  /** Why its turn came and it could not be begun. */
  @Column('text', { nullable: true })
  refusal!: string | null;
}
