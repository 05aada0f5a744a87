import { Injectable } from '@nestjs/common';
import { AcmeAccount, type Limit } from '@lockstep/server-acme';
import { AcmeAccounts, type OpenAccount } from './acme-accounts.js';
import type { AcmeIssuerEntity } from './acme-issuer.js';
import { Solvers } from './solvers.js';

/** Who a CA is to us: our account there, ready to be used. */
@Injectable()
export class AcmeAuthorities {
  constructor(
    private readonly accounts: AcmeAccounts,
    private readonly solvers: Solvers,
  ) {}

  /**
   * Speaks with the CA only when it does not know us yet, or not with this address: then the account is made, or found
   * again by its key. Errors: AcmeError, RateLimited, SecretUnreadableError.
   */
  async open(issuer: AcmeIssuerEntity, limit: Limit): Promise<AcmeAccount> {
    const known = await this.accounts.open(issuer.id);
    const account = new AcmeAccount({ ...optionsOf(issuer, known), reach: this.solvers.reach });
    if (known.url !== null) return account;
    const termsOfServiceUrl = await account.termsOfService(limit);
    const url = await account.register([issuer.acme.email], limit);
    await this.accounts.registered(issuer.id, { url, termsOfServiceUrl });
    return account;
  }

  /** Asks the CA what it offers, and makes no account. Errors: AcmeError, RateLimited, SecretUnreadableError. */
  async look(issuer: AcmeIssuerEntity, limit: Limit): Promise<{ isRegistered: boolean }> {
    const known = await this.accounts.open(issuer.id);
    const account = new AcmeAccount({ ...optionsOf(issuer, known), reach: this.solvers.reach });
    await account.termsOfService(limit);
    return { isRegistered: known.url !== null };
  }
}

/** `issuer` may be one whose directory is its staging, with the account there. */
export const optionsOf = ({ acme }: AcmeIssuerEntity, { accountKey, eabKey, url }: OpenAccount) => ({
  directoryUrl: acme.directoryUrl,
  accountKey,
  ...(url !== null && { accountUrl: url }),
  ...(acme.trustedRoots !== null && { trustedRoots: [acme.trustedRoots] }),
  ...(acme.eab && eabKey !== null && { externalAccountBinding: { kid: acme.eab.kid, hmacKey: eabKey } }),
});
