import { Injectable } from '@nestjs/common';
import type { ReadinessFinding } from '@lockstep/contract';
import { SecretUnreadableError } from '@lockstep/server-secrets';
import { InternalAuthorities } from '../issuers/internal-authorities.js';
import { refusedNames } from '../issuers/permitted-names.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import type { IssuerEntity } from '../model/issuer.entity.js';
import { type Trial, blocking, warning, well } from './finding.js';

/** Whether the issuer would sign, as far as that shows without having anything signed. */
@Injectable()
export class IssuerTrials {
  constructor(private readonly authorities: InternalAuthorities) {}

  async tryIssuer({ issuer, domains }: CertificateEntity): Promise<ReadinessFinding[]> {
    if (!issuer) throw new Error('A certificate is read with its issuer.');
    const trial: Trial = { topic: 'issuer', tried: `Ask ${issuer.name} for ${domains.join(', ')}` };
    const refused = refusedNames(issuer, domains);
    if (refused.length > 0)
      return [
        blocking(trial, {
          found: `${issuer.name} does not sign for ${refused.join(', ')}.`,
          advice: 'Choose another issuer for this certificate, or leave these names out.',
        }),
      ];
    switch (issuer.kind) {
      case 'internal':
        return [await this.tryInternal(trial, issuer)];
      case 'acme':
        return [
          warning(trial, {
            found: `${issuer.name} signs for such names; whether it can be reached and would verify them was not tried.`,
            advice: 'The first renewal tells.',
          }),
        ];
      case 'manual':
        return [
          warning(trial, {
            found: 'Somebody carries the request to the authority and brings back what it signed.',
            advice: 'See that there is time for that before the certificate expires.',
          }),
        ];
    }
  }

  private async tryInternal(trial: Trial, { id, internal }: IssuerEntity): Promise<ReadinessFinding> {
    try {
      await this.authorities.assertUsable(id);
    } catch (error) {
      if (!(error instanceof SecretUnreadableError)) throw error;
      return blocking(trial, { found: error.message, advice: 'Give Lockstep the master key that sealed it.' });
    }
    return well(trial, `It signs for these names, for ${String(internal?.lifetimeDays)} days.`);
  }
}
