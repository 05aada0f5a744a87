import type { ScheduledType } from '@lockstep/contract';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

/** Which operations start when. Exactly one of `connectionIds`, `tag` and `certificateIds` is set. */
@Entity('schedules')
export class ScheduleEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;

  @Column('text')
  type!: ScheduledType;

  @Column('integer', { name: 'connection_ids', array: true, nullable: true })
  connectionIds!: number[] | null;

  @Column('text', { nullable: true })
  tag!: string | null;

  @Column('integer', { name: 'certificate_ids', array: true, nullable: true })
  certificateIds!: number[] | null;

  @Column('text', { nullable: true })
  service!: string | null;

  @Column('integer', { name: 'at_once' })
  atOnce!: number;

  @Column('integer', { name: 'stop_after_failures' })
  stopAfterFailures!: number;

  @Column('boolean', { name: 'only_due' })
  onlyDue!: boolean;

  @Column('text')
  cron!: string;

  @Column('text', { name: 'time_zone' })
  timeZone!: string;

  @Column('boolean')
  enabled!: boolean;

  /** Null once this user was removed. */
  @Column('integer', { name: 'owner_id', nullable: true })
  ownerId!: number | null;

  @Column('text', { name: 'owner_name' })
  ownerName!: string;

  /** The slot that comes next; null while it is not enabled. */
  @Column('timestamptz', { name: 'next_run', nullable: true })
  nextRun!: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
