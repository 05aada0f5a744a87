import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Our account with the CA of an issuer, and the secrets that belong to it. */
@Entity('acme_accounts')
export class AcmeAccountEntity {
  @PrimaryColumn('integer', { name: 'issuer_id' })
  issuerId!: number;

  @Column('bytea', { name: 'sealed_account_key', select: false })
  sealedAccountKey!: Buffer;

  @Column('bytea', { name: 'sealed_eab_key', nullable: true, select: false })
  sealedEabKey!: Buffer | null;

  @Column('timestamptz', { name: 'eab_key_set_at', nullable: true })
  eabKeySetAt!: Date | null;

  @Column('bytea', { name: 'sealed_provider_secret', nullable: true, select: false })
  sealedProviderSecret!: Buffer | null;

  @Column('timestamptz', { name: 'provider_secret_set_at', nullable: true })
  providerSecretSetAt!: Date | null;

  /** Null until the CA has made it. */
  @Column('text', { nullable: true })
  url!: string | null;

  @Column('timestamptz', { name: 'registered_at', nullable: true })
  registeredAt!: Date | null;

  @Column('text', { name: 'terms_of_service_url', nullable: true })
  termsOfServiceUrl!: string | null;

  @Column('timestamptz', { name: 'paused_until', nullable: true })
  pausedUntil!: Date | null;
}
