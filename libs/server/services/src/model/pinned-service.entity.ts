import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A service that a person wants to see first. */
@Entity('pinned_services')
export class PinnedServiceEntity {
  @PrimaryColumn('integer', { name: 'connection_id' })
  connectionId!: number;

  @PrimaryColumn('text')
  name!: string;

  @Column('integer')
  place!: number;
}
