import type { ServiceState } from '@lockstep/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A service as its host last told it. */
@Entity('services')
export class ServiceEntity {
  @PrimaryColumn('integer', { name: 'connection_id' })
  connectionId!: number;

  @PrimaryColumn('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('text')
  state!: ServiceState;

  @Column('text', { name: 'sub_state', nullable: true })
  subState!: string | null;

  @Column('timestamptz', { nullable: true })
  since!: Date | null;

  /** Its place in the platform's own order. */
  @Column('integer')
  place!: number;

  @Column('timestamptz', { name: 'read_at' })
  readAt!: Date;
}
