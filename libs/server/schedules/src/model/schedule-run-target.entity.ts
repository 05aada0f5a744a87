import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a run did with one host or certificate. */
@Entity('schedule_run_targets')
export class ScheduleRunTargetEntity {
  @PrimaryColumn('uuid', { name: 'run_id' })
  runId!: string;

  @PrimaryColumn('integer')
  place!: number;

  @Column('integer', { name: 'connection_id', nullable: true })
  connectionId!: number | null;

  @Column('text', { name: 'connection_name', nullable: true })
  connectionName!: string | null;

  @Column('integer', { name: 'certificate_id', nullable: true })
  certificateId!: number | null;

  @Column('text', { name: 'certificate_name', nullable: true })
  certificateName!: string | null;

  @Column('text')
  result!: 'started' | 'joined' | 'skipped';

  /** Null in a rolling restart, which knows the operations of its hosts. */
  @Column('uuid', { name: 'operation_id', nullable: true })
  operationId!: string | null;

  @Column('text', { nullable: true })
  reason!: string | null;
}
