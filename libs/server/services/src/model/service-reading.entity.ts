import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How the newest look at a connection's services went. */
@Entity('service_readings')
export class ServiceReadingEntity {
  @PrimaryColumn('integer', { name: 'connection_id' })
  connectionId!: number;

  /** When the host was last asked with success. */
  @Column('timestamptz', { name: 'read_at', nullable: true })
  readAt!: Date | null;

  @Column('text', { name: 'failure_code', nullable: true })
  failureCode!: string | null;

  @Column('text', { name: 'failure_message', nullable: true })
  failureMessage!: string | null;

  @Column('timestamptz', { name: 'failed_at', nullable: true })
  failedAt!: Date | null;

  /** The way that was refused (see `ReachableHost.way`): not tried again by itself while it is the same. */
  @Column('text', { name: 'refused_way', nullable: true })
  refusedWay!: string | null;
}
