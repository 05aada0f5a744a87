import type { Actor, CreatedBy } from '@lockstep/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One run of a schedule: by its slot, or by a person. */
@Entity('schedule_runs')
export class ScheduleRunEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('integer', { name: 'schedule_id' })
  scheduleId!: number;

  @Column('timestamptz', { nullable: true })
  slot!: Date | null;

  @Column('timestamptz', { name: 'fired_at' })
  firedAt!: Date;

  /** Slots before this one that went by and are not made up for. */
  @Column('integer')
  missed!: number;

  @Column('text', { name: 'created_by' })
  createdBy!: CreatedBy;

  @Column('jsonb')
  actor!: Actor;

  @Column('uuid', { name: 'rolling_restart_id', nullable: true })
  rollingRestartId!: string | null;
}
