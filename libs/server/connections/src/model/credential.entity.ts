import type { CredentialInput } from '@lockstep/contract';
import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ConnectionEntity } from './connection.entity.js';

/** What a connection logs in with. The secret leaves this row towards the host only. */
@Entity('credentials')
export class CredentialEntity {
  @PrimaryColumn('integer', { name: 'connection_id' })
  connectionId!: number;

  @Column('text')
  kind!: CredentialInput['kind'];

  /** Not read unless asked for, so that no list ever has it in memory. */
  @Column('bytea', { select: false })
  sealed!: Buffer;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @OneToOne(() => ConnectionEntity, ({ credential }) => credential)
  @JoinColumn({ name: 'connection_id' })
  connection?: Relation<ConnectionEntity>;
}
