import type { CertificateFacts, KeyType } from '@lockstep/contract';
import type { StoredInformation } from '../versions/renewal-window.js';
import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A key with its request and, once issued, its certificate. The sealed key is read only by who deploys it. */
@Entity('certificate_versions')
export class CertificateVersionEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('integer', { name: 'certificate_id' })
  certificateId!: number;

  @Column('integer')
  number!: number;

  @Column('uuid', { name: 'operation_id', nullable: true })
  operationId!: string | null;

  @Column('text', { array: true })
  domains!: string[];

  @Column('integer', { name: 'issuer_id' })
  issuerId!: number;

  @Column('text', { name: 'key_type' })
  keyType!: KeyType;

  @Column('bytea', { name: 'sealed_key', select: false })
  sealedKey!: Buffer;

  /** Empty: its key was uploaded with it. */
  @Column('text')
  request!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'issued_at', nullable: true })
  issuedAt!: Date | null;

  @Column('text', { nullable: true })
  leaf!: string | null;

  @Column('text', { nullable: true })
  chain!: string | null;

  @Column('jsonb', { nullable: true })
  facts!: CertificateFacts | null;

  @Column('timestamptz', { name: 'not_before', nullable: true })
  notBefore!: Date | null;

  @Column('timestamptz', { name: 'not_after', nullable: true })
  notAfter!: Date | null;

  /** What the CA said about when to renew, and when to ask again. */
  @Column('jsonb', { name: 'renewal_information', nullable: true })
  renewalInformation!: StoredInformation | null;

  /** When its renewal window begins; chosen once, when it is issued. */
  @Column('timestamptz', { name: 'renew_at', nullable: true })
  renewAt!: Date | null;
}
