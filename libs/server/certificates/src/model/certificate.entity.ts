import type { KeyType } from '@lockstep/contract';
import {
  Column,
  CreateDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  UpdateDateColumn,
} from 'typeorm';
import { DeploymentTargetEntity } from './deployment-target.entity.js';
import { IssuerEntity } from './issuer.entity.js';

/** What is to be certified, by whom, and where it goes. What was issued for it are its versions. */
@Entity('certificates')
export class CertificateEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;

  @Column('text', { array: true })
  domains!: string[];

  @Column('integer', { name: 'issuer_id' })
  issuerId!: number;

  @Column('text', { name: 'key_type' })
  keyType!: KeyType;

  @Column('boolean', { name: 'auto_renew' })
  autoRenew!: boolean;

  @Column('timestamptz', { name: 'checked_at', nullable: true })
  checkedAt!: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;

  @ManyToOne(() => IssuerEntity)
  @JoinColumn({ name: 'issuer_id' })
  issuer?: Relation<IssuerEntity>;

  @OneToMany(() => DeploymentTargetEntity, ({ certificate }) => certificate)
  targets?: Relation<DeploymentTargetEntity>[];
}
