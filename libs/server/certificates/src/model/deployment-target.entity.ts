import type { Endpoint, Reload } from '@lockstep/contract';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { CertificateEntity } from './certificate.entity.js';

/** A place on a host where a certificate is put, and what was verified there last. */
@Entity('certificate_targets')
export class DeploymentTargetEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('integer', { name: 'certificate_id' })
  certificateId!: number;

  /** Its place among the targets of the certificate, from 0. */
  @Column('integer')
  place!: number;

  @Column('integer', { name: 'connection_id' })
  connectionId!: number;

  @Column('text', { name: 'certificate_path' })
  certificatePath!: string;

  @Column('text', { name: 'key_path' })
  keyPath!: string;

  @Column('text', { name: 'chain_path', nullable: true })
  chainPath!: string | null;

  @Column('text', { nullable: true })
  owner!: string | null;

  @Column('text', { name: 'group_name', nullable: true })
  group!: string | null;

  @Column('text', { nullable: true })
  mode!: string | null;

  @Column('jsonb', { nullable: true })
  reload!: Reload | null;

  @Column('text', { name: 'check_command', nullable: true })
  checkCommand!: string | null;

  @Column('jsonb')
  verify!: Endpoint[];

  @Column('integer', { name: 'deployed_version', nullable: true })
  deployedVersion!: number | null;

  @Column('timestamptz', { name: 'deployed_at', nullable: true })
  deployedAt!: Date | null;

  @ManyToOne(() => CertificateEntity, ({ targets }) => targets)
  @JoinColumn({ name: 'certificate_id' })
  certificate?: Relation<CertificateEntity>;
}
