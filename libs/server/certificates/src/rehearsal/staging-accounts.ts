import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { AcmeAccount, type Limit } from '@lockstep/server-acme';
import { generatePrivateKey } from '@lockstep/server-pki';
import { SecretBox, type SecretPlace } from '@lockstep/server-secrets';
import { DataSource } from 'typeorm';
import { AcmeAccounts } from '../acme/acme-accounts.js';
import { optionsOf } from '../acme/acme-authorities.js';
import type { AcmeIssuerEntity } from '../acme/acme-issuer.js';
import { Solvers } from '../acme/solvers.js';

interface StagingAccount {
  readonly directoryUrl: string;
  readonly sealedKey: Buffer;
  readonly url: string | null;
  readonly pausedUntil: Date | null;
}

const placeOf = (row: number): SecretPlace => ({ table: 'acme_staging_accounts', column: 'sealed_account_key', row });

/** Our accounts at the staging of CAs. Each issuer given here is one whose directory is that of the staging. */
@Injectable()
export class StagingAccounts {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly accounts: AcmeAccounts,
    private readonly solvers: Solvers,
  ) {}

  /** Makes the account when the staging does not know us yet. Errors: AcmeError, RateLimited, SecretUnreadableError. */
  async open(issuer: AcmeIssuerEntity, limit: Limit): Promise<AcmeAccount> {
    const { sealedKey, url } = (await this.find(issuer)) ?? (await this.create(issuer));
    const { eabKey } = await this.accounts.open(issuer.id);
    const known = { accountKey: this.box.openText(sealedKey, placeOf(issuer.id)), eabKey, url };
    const account = new AcmeAccount({ ...optionsOf(issuer, known), reach: this.solvers.reach });
    if (url !== null) return account;
    const registered = await account.register([issuer.acme.email], limit);
    await this.dataSource.query(
      'UPDATE acme_staging_accounts SET url = $3 WHERE issuer_id = $1 AND directory_url = $2 AND sealed_account_key = $4',
      [issuer.id, issuer.acme.directoryUrl, registered, sealedKey],
    );
    return account;
  }

  /** Until when the staging must be left alone; undefined: it may be asked. */
  async pausedUntil(issuer: AcmeIssuerEntity): Promise<Date | undefined> {
    const { pausedUntil } = (await this.find(issuer)) ?? {};
    return pausedUntil && pausedUntil > new Date() ? pausedUntil : undefined;
  }

  async pause(issuer: AcmeIssuerEntity, until: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE acme_staging_accounts SET paused_until = greatest(paused_until, $3)
       WHERE issuer_id = $1 AND directory_url = $2`,
      [issuer.id, issuer.acme.directoryUrl, until],
    );
  }

  async forget(issuer: AcmeIssuerEntity): Promise<void> {
    await this.dataSource.query('DELETE FROM acme_staging_accounts WHERE issuer_id = $1 AND directory_url = $2', [
      issuer.id,
      issuer.acme.directoryUrl,
    ]);
  }

  private async find({ id, acme }: AcmeIssuerEntity): Promise<StagingAccount | undefined> {
    const [row] = await this.dataSource.query<StagingAccount[]>(
      `SELECT directory_url AS "directoryUrl", sealed_account_key AS "sealedKey", url, paused_until AS "pausedUntil"
       FROM acme_staging_accounts WHERE issuer_id = $1 AND directory_url = $2`,
      [id, acme.directoryUrl],
    );
    return row;
  }

  /** Whoever is first makes it. That of another directory is forgotten. */
  private async create(issuer: AcmeIssuerEntity): Promise<StagingAccount> {
    const sealedKey = this.box.seal(await generatePrivateKey('ecdsa-p256'), placeOf(issuer.id));
    await this.dataSource.query(
      `INSERT INTO acme_staging_accounts AS known (issuer_id, directory_url, sealed_account_key) VALUES ($1, $2, $3)
       ON CONFLICT (issuer_id) DO UPDATE SET directory_url = excluded.directory_url,
         sealed_account_key = excluded.sealed_account_key, url = NULL, paused_until = NULL
       WHERE known.directory_url <> excluded.directory_url`,
      [issuer.id, issuer.acme.directoryUrl, sealedKey],
    );
    const made = await this.find(issuer);
    if (!made) throw new Error('The directory of the staging was changed meanwhile.');
    return made;
  }
}
