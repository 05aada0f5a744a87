import { Injectable } from '@nestjs/common';
import { OperationFailure } from '@lockstep/server-operations';
import { PkiError, findProblems, keyFits, readCertificates } from '@lockstep/server-pki';
import { SecretUnreadableError } from '@lockstep/server-secrets';
import type { AcmeRenewal } from '../acme/acme-renewal.js';
import { InternalAuthorities } from '../issuers/internal-authorities.js';
import { refusedNames } from '../issuers/permitted-names.js';
import type { CertificateVersionEntity } from '../model/certificate-version.entity.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import { CertificateVersions, type IssuedVersion, isIssued } from './certificate-versions.js';

/** Has versions issued, and lets only those pass that can be used. */
@Injectable()
export class Issuance {
  constructor(
    private readonly versions: CertificateVersions,
    private readonly authorities: InternalAuthorities,
  ) {}

  /** A version that is issued already is only looked at. Errors: OperationFailure ISSUE_FAILED, CERTIFICATE_UNSUITABLE. */
  async issue(
    certificate: CertificateEntity,
    version: CertificateVersionEntity,
    acme?: AcmeRenewal,
  ): Promise<IssuedVersion> {
    return this.telling(async () => {
      if (isIssued(version)) {
        await this.assertSuitable(certificate, version, version);
        return version;
      }
      const signed = await (acme?.isNeeded ? acme.issue(version) : this.sign(certificate, version));
      await this.assertSuitable(certificate, version, signed);
      return this.versions.store(version, signed);
    });
  }

  /** Errors: OperationFailure ISSUE_FAILED when the stored key does not open. */
  keyOf(version: CertificateVersionEntity): Promise<string> {
    return this.telling(() => this.versions.openKey(version));
  }

  private async sign(
    { issuer, domains, name }: CertificateEntity,
    { request }: CertificateVersionEntity,
  ): Promise<{ leaf: string; chain: string }> {
    if (!issuer) throw new Error(`${name} was read without its issuer`);
    const refused = refusedNames(issuer, domains);
    if (refused.length > 0)
      throw new OperationFailure('ISSUE_FAILED', `${issuer.name} does not sign for ${refused.join(', ')}.`);
    if (issuer.kind !== 'internal')
      throw new OperationFailure('ISSUE_FAILED', `${issuer.name} cannot issue by itself yet.`);
    return this.authorities.issue(issuer, { request, names: domains });
  }

  /** Before it is kept: what cannot be used would be deployed again and again. */
  private async assertSuitable(
    certificate: CertificateEntity,
    version: CertificateVersionEntity,
    { leaf, chain }: { leaf: string; chain: string },
  ): Promise<void> {
    const certificates = readCertificates(`${leaf}${chain}`);
    const kind = certificate.issuer?.kind;
    const roots = kind === 'internal' ? readCertificates(await this.authorities.root(certificate.issuerId)) : [];
    const problems = findProblems(certificates, { names: certificate.domains, at: new Date(), roots });
    // Who trusts a CA that is not well-known was decided when it was made an issuer, or by who brought the certificate.
    const decided =
      kind === 'internal' ? [] : ['unknown_authority', ...(kind === 'manual' ? ['incomplete_chain'] : [])];
    const objections = problems.filter(({ code }) => !decided.includes(code)).map(({ message }) => message);
    if (!keyFits(certificates[0], await this.versions.openKey(version))) objections.push('It is for another key.');
    if (objections.length > 0) throw new OperationFailure('CERTIFICATE_UNSUITABLE', objections.join(' '));
  }

  private async telling<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof PkiError || error instanceof SecretUnreadableError)
        throw new OperationFailure('ISSUE_FAILED', error.message, { cause: error });
      throw error;
    }
  }
}
