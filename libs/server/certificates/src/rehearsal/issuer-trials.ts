import { Injectable } from '@nestjs/common';
import type { ReadinessFinding } from '@lockstep/contract';
import { SecretUnreadableError } from '@lockstep/server-secrets';
import { isAcmeIssuer } from '../acme/acme-issuer.js';
import { InternalAuthorities } from '../issuers/internal-authorities.js';
import { refusedNames } from '../issuers/permitted-names.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import type { IssuerEntity } from '../model/issuer.entity.js';
import { AcmeTrials } from './acme-trials.js';
import { type Trial, blocking, warning, well } from './finding.js';

/** Whether the issuer would sign, as far as that shows without having anything signed. */
@Injectable()
export class IssuerTrials {
  constructor(
    private readonly authorities: InternalAuthorities,
    private readonly acme: AcmeTrials,
  ) {}

  async tryIssuer({ issuer, domains }: CertificateEntity, signal: AbortSignal): Promise<ReadinessFinding[]> {
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
    if (isAcmeIssuer(issuer)) return this.acme.tryAuthority(issuer, domains, signal);
    if (issuer.kind === 'internal') return [await this.tryInternal(trial, issuer)];
    return [
      warning(trial, {
        found: 'Somebody carries the request to the authority and brings back what it signed.',
        advice: 'See that there is time for that before the certificate expires.',
      }),
    ];
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
