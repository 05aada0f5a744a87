import { Injectable } from '@nestjs/common';
import type { ReadinessFinding } from '@lockstep/contract';
import { AcmeAccounts } from '../acme/acme-accounts.js';
import { AcmeAuthorities } from '../acme/acme-authorities.js';
import { asOperationFailure } from '../acme/acme-failure.js';
import { type AcmeIssuerEntity } from '../acme/acme-issuer.js';
import { AcmeLedger } from '../acme/acme-ledger.js';
import { type Trial, findingOf, warning, well } from './finding.js';

/** Milliseconds for a CA to tell what it offers. */
const requestMs = 30_000;
const advice = 'Correct the issuer, or see what it says.';

/** Whether an ACME authority would issue, as far as that shows without an order: nothing there counts what is tried here. */
@Injectable()
export class AcmeTrials {
  constructor(
    private readonly accounts: AcmeAccounts,
    private readonly authorities: AcmeAuthorities,
    private readonly ledger: AcmeLedger,
  ) {}

  /** The CA answers, takes us, and has tries left for these names. */
  async tryAuthority(
    issuer: AcmeIssuerEntity,
    domains: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadinessFinding[]> {
    const trial: Trial = { topic: 'issuer', tried: `Ask ${new URL(issuer.acme.directoryUrl).host} what it offers` };
    return findingOf(trial, {
      advice,
      look: async () => {
        await this.ledger.assertAllowed(issuer, domains);
        const until = await this.accounts.pausedUntil(issuer.id);
        if (until) {
          const found = `It asked to be left alone until ${until.toISOString()}; a renewal waits until then.`;
          return warning(trial, { found, advice: 'Wait.' });
        }
        const limit = { deadlineMs: requestMs, signal };
        const { isRegistered } = await this.authorities.look(issuer, limit).catch((error: unknown) => {
          throw asOperationFailure(error);
        });
        return well(
          trial,
          isRegistered ? 'It answers, and knows our account.' : 'It answers; the first renewal opens the account.',
        );
      },
    });
  }
}
