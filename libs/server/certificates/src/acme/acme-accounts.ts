import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { generatePrivateKey } from '@lockstep/server-pki';
import { SecretBox, type SecretPlace } from '@lockstep/server-secrets';
import { DataSource, type EntityManager } from 'typeorm';
import { AcmeAccountEntity } from '../model/acme-account.entity.js';
import type { AcmeSecrets } from './acme-settings.js';

type SecretColumn = 'sealed_account_key' | 'sealed_eab_key' | 'sealed_provider_secret';

interface SealedAccount {
  readonly account_key: Buffer;
  readonly eab_key: Buffer | null;
  readonly provider_secret: Buffer | null;
  readonly url: string | null;
}

/** What is needed to speak with the CA. */
export interface OpenAccount {
  readonly accountKey: string;
  readonly eabKey: string | null;
  /** Null: the CA does not know us yet. */
  readonly url: string | null;
}

const placeOf = (row: number, column: SecretColumn): SecretPlace => ({ table: 'acme_accounts', column, row });

/** Our accounts with CAs, one for each ACME issuer, with their keys and secrets. */
@Injectable()
export class AcmeAccounts {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  /** Makes the account's key. The CA hears of it with the first order. */
  async create(transaction: EntityManager, issuerId: number, secrets: AcmeSecrets): Promise<void> {
    const key = await generatePrivateKey('ecdsa-p256');
    const sealedAccountKey = this.box.seal(key, placeOf(issuerId, 'sealed_account_key'));
    await transaction.insert(AcmeAccountEntity, { issuerId, sealedAccountKey });
    await this.change(transaction, issuerId, secrets);
  }

  async change(transaction: EntityManager, issuerId: number, secrets: AcmeSecrets): Promise<void> {
    const { eabKey, providerSecret } = secrets;
    const seal = (secret: string | null, column: SecretColumn): Buffer | null =>
      secret === null ? null : this.box.seal(secret, placeOf(issuerId, column));
    const now = new Date();
    const change = {
      ...(eabKey !== undefined && {
        sealedEabKey: seal(eabKey, 'sealed_eab_key'),
        eabKeySetAt: eabKey === null ? null : now,
      }),
      ...(providerSecret !== undefined && {
        sealedProviderSecret: seal(providerSecret, 'sealed_provider_secret'),
        providerSecretSetAt: providerSecret === null ? null : now,
      }),
    };
    if (Object.keys(change).length > 0) await transaction.update(AcmeAccountEntity, { issuerId }, change);
  }

  /** So that the CA is told again who we are. */
  async forgetRegistration(transaction: EntityManager, issuerId: number): Promise<void> {
    await transaction.update(AcmeAccountEntity, { issuerId }, { url: null, registeredAt: null });
  }

  /** The account with its keys opened. Errors: SecretUnreadableError */
  async open(issuerId: number): Promise<OpenAccount> {
    const { account_key, eab_key, url } = await this.sealedOf(issuerId);
    return {
      accountKey: this.box.openText(account_key, placeOf(issuerId, 'sealed_account_key')),
      eabKey: eab_key && this.box.openText(eab_key, placeOf(issuerId, 'sealed_eab_key')),
      url,
    };
  }

  /** Of the DNS provider. Errors: SecretUnreadableError */
  async providerSecret(issuerId: number): Promise<string> {
    const { provider_secret } = await this.sealedOf(issuerId);
    if (!provider_secret) throw new Error('The DNS provider has no secret.');
    return this.box.openText(provider_secret, placeOf(issuerId, 'sealed_provider_secret'));
  }

  async registered(issuerId: number, account: { url: string; termsOfServiceUrl: string | null }): Promise<void> {
    await this.dataSource.manager.update(AcmeAccountEntity, { issuerId }, { ...account, registeredAt: new Date() });
  }

  /** Until when the CA must be left alone; undefined: it may be asked. */
  async pausedUntil(issuerId: number): Promise<Date | undefined> {
    const { pausedUntil } = (await this.dataSource.manager.findOneBy(AcmeAccountEntity, { issuerId })) ?? {};
    return pausedUntil && pausedUntil > new Date() ? pausedUntil : undefined;
  }

  /** The CA asked this account to come back later: all its certificates wait. */
  async pause(issuerId: number, until: Date): Promise<void> {
    await this.dataSource.query(
      'UPDATE acme_accounts SET paused_until = greatest(paused_until, $2) WHERE issuer_id = $1',
      [issuerId, until],
    );
  }

  private async sealedOf(issuerId: number): Promise<SealedAccount> {
    const [row] = await this.dataSource.query<SealedAccount[]>(
      `SELECT sealed_account_key AS account_key, sealed_eab_key AS eab_key, sealed_provider_secret AS provider_secret, url
       FROM acme_accounts WHERE issuer_id = $1`,
      [issuerId],
    );
    if (!row) throw new Error(`Issuer ${String(issuerId)} has no account.`);
    return row;
  }
}
