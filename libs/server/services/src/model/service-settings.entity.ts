import type { ServiceSettings } from '@lockstep/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How restarts are done and watched on a connection. No row: as everywhere. */
@Entity('service_settings')
export class ServiceSettingsEntity {
  @PrimaryColumn('integer', { name: 'connection_id' })
  connectionId!: number;

  @Column('jsonb')
  settings!: ServiceSettings;
}
