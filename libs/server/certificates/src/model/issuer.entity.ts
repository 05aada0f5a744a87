import type { AcmeIssuerSettings, InternalIssuerSettings, IssuerKind } from '@lockstep/contract';
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

  /** Of an authority of our own, and only of such. */
  @Column('jsonb', { nullable: true })
  internal!: InternalIssuerSettings | null;

  /** Of an ACME authority, and only of such; without its secrets. */
  @Column('jsonb', { nullable: true })
  acme!: AcmeIssuerSettings | null;

  @Column('boolean', { name: 'built_in', default: false })
  builtIn!: boolean;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
