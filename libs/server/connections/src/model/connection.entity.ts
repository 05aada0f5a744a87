import type { Platform } from '@lockstep/contract';
import {
  Column,
  CreateDateColumn,
  Entity,
  OneToOne,
  PrimaryGeneratedColumn,
  type Relation,
  UpdateDateColumn,
} from 'typeorm';
import { CredentialEntity } from './credential.entity.js';

/** A saved way to reach a host. A removed one keeps its row, because its operations are kept. */
@Entity('connections')
export class ConnectionEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;

  @Column('text')
  host!: string;

  @Column('integer')
  port!: number;

  @Column('text')
  username!: string;

  @Column('text')
  platform!: Platform;

  @Column('text', { array: true })
  tags!: string[];

  @Column('integer', { name: 'jump_connection_id', nullable: true })
  jumpConnectionId!: number | null;

  @Column('boolean', { default: false })
  demo!: boolean;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  @OneToOne(() => CredentialEntity, ({ connection }) => connection)
  credential?: Relation<CredentialEntity> | null;
}
