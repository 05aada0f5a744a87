import { Injectable } from '@nestjs/common';
import { generatePrivateKey } from '@lockstep/server-pki';
import { SecretBox, type SecretPlace } from '@lockstep/server-secrets';
import type { EntityManager } from 'typeorm';
import { AcmeAccountEntity } from '../model/acme-account.entity.js';
import type { AcmeSecrets } from './acme-settings.js';

type SecretColumn = 'sealed_account_key' | 'sealed_eab_key' | 'sealed_provider_secret';

const placeOf = (row: number, column: SecretColumn): SecretPlace => ({ table: 'acme_accounts', column, row });

/** Our accounts with CAs, one for each ACME issuer, with their keys and secrets. */
@Injectable()
export class AcmeAccounts {
  constructor(private readonly box: SecretBox) {}

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
}
