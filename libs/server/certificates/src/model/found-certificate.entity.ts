import type { CertificateFacts, CertificateProblem } from '@lockstep/contract';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A certificate that is watched where it was found: at an address, or in a file of a host. */
@Entity('found_certificates')
export class FoundCertificateEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('integer', { name: 'connection_id', nullable: true })
  connectionId!: number | null;

  @Column('text', { nullable: true })
  host!: string | null;

  @Column('integer', { nullable: true })
  port!: number | null;

  @Column('text', { name: 'server_name', nullable: true })
  serverName!: string | null;

  @Column('text', { nullable: true })
  path!: string | null;

  /** The place as one text: each is watched once. */
  @Column('text', { name: 'place_key' })
  placeKey!: string;

  @Column('jsonb')
  facts!: CertificateFacts;

  @Column('jsonb')
  chain!: CertificateFacts[];

  @Column('jsonb')
  problems!: CertificateProblem[];

  @Column('timestamptz', { name: 'not_after' })
  notAfter!: Date;

  /** From when on a careful keeper would renew it. */
  @Column('timestamptz', { name: 'renew_at' })
  renewAt!: Date;

  @Column('timestamptz', { name: 'seen_at' })
  seenAt!: Date;

  @Column('timestamptz', { name: 'checked_at' })
  checkedAt!: Date;

  @Column('text', { name: 'failure_code', nullable: true })
  failureCode!: string | null;

  @Column('text', { name: 'failure_message', nullable: true })
  failureMessage!: string | null;

  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince!: Date | null;

  /** The way to the host on which a login was refused. */
  @Column('text', { name: 'refused_way', nullable: true })
  refusedWay!: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
