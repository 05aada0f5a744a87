import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A host key that was seen or given: waiting while `acceptedAt` is null. */
@Entity('host_keys')
export class HostKeyEntity {
  @PrimaryColumn('integer', { name: 'connection_id' })
  connectionId!: number;

  @PrimaryColumn('text')
  fingerprint!: string;

  @Column('text')
  algorithm!: string;

  /** In SSH wire format (RFC 4253 §6.6); null where only the fingerprint was given. */
  @Column('bytea', { name: 'public_key', nullable: true })
  publicKey!: Buffer | null;

  @Column('timestamptz', { name: 'seen_at' })
  seenAt!: Date;

  @Column('timestamptz', { name: 'accepted_at', nullable: true })
  acceptedAt!: Date | null;

  @Column('text', { name: 'accepted_by', nullable: true })
  acceptedBy!: string | null;
}
