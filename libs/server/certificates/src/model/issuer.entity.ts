import type { InternalIssuerSettings, IssuerKind } from '@lockstep/contract';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

/** Who signs. */
@Entity('issuers')
export class IssuerEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: IssuerKind;

  @Column('jsonb')
  settings!: InternalIssuerSettings;

  @Column('boolean', { name: 'built_in', default: false })
  builtIn!: boolean;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
