import {
  type OperationContext,
  type OperationHandler,
  OperationHandlerFor,
  type OperationResult,
  mustLetGo,
} from '@lockstep/server-operations';
import { AcmeIssuance } from '../acme/acme-issuance.js';
import type { AcmeRenewal } from '../acme/acme-renewal.js';
import { rollbackMs } from '../deployment/rollback.js';
import type { CertificateVersionEntity } from '../model/certificate-version.entity.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import { CertificateVersions, type IssuedVersion, isIssued } from '../versions/certificate-versions.js';
import { Issuance } from '../versions/issuance.js';
import { CertificateReader } from './certificate-reader.js';
import { HostDeployment, type WhatToDeploy, deploymentSteps } from './host-deployment.js';
import { type HostEnd, type OwnHostEnd, concludeRenewal, ownHostEndOf, readOwnHostEnd } from './host-ends.js';
import { OtherHosts } from './other-hosts.js';
import { isOnAll, targetsOn } from './targets-on.js';
import { waitForSigned } from './signed-by-hand.js';

interface Begun {
  readonly begun: CertificateVersionEntity;
  readonly acme: AcmeRenewal;
}

/**
 * Has a certificate issued and puts it where it belongs: on this connection itself, on every other by a deployment of its
 * own at the same time. On any failure after the switch the old one is back on that host.
 */
@OperationHandlerFor('certificate_renewal')
export class CertificateRenewalOperation implements OperationHandler {
  readonly type = 'certificate_renewal';
  readonly changesHost = true;
  readonly deadlineMs = 900_000;
  readonly graceMs = rollbackMs;
  readonly steps = [
    { name: 'key', title: 'Make the key and the request', safety: 'repeatable' },
    { name: 'order', title: 'Place the order', safety: 'repeatable' },
    { name: 'challenges', title: 'Prove the names', safety: 'repeatable' },
    { name: 'issue', title: 'Have it issued', safety: 'repeatable' },
    ...deploymentSteps,
    { name: 'other_hosts', title: 'Wait for the other hosts', safety: 'repeatable' },
  ] as const;

  constructor(
    private readonly certificates: CertificateReader,
    private readonly versions: CertificateVersions,
    private readonly issuance: Issuance,
    private readonly acme: AcmeIssuance,
    private readonly deployment: HostDeployment,
    private readonly otherHosts: OtherHosts,
  ) {}

  async run(context: OperationContext): Promise<OperationResult> {
    const certificate = await this.certificates.read(Number(context.operation.target));
    const version = (await this.issuedBefore(context, certificate)) ?? (await this.issue(context, certificate));
    const what = { certificate, version };
    const renewed = `${certificate.name} is renewed until ${version.notAfter?.toISOString().slice(0, 10) ?? ''}`;
    if ((await this.otherHosts.begin(context, what)) === 0) {
      await this.deployment.run(context, what);
      context.skip('other_hosts', 'it has no other host');
      return { message: renewed };
    }
    const own = readOwnHostEnd(context.operation.metadata) ?? (await this.deployHere(context, what));
    return concludeRenewal(context, { own, others: await this.awaitOthers(context, what), renewed });
  }

  /** While it waits for other hosts it is run anew now and then; what was issued then stays. */
  private async issuedBefore(
    { operation }: OperationContext,
    { id }: CertificateEntity,
  ): Promise<IssuedVersion | undefined> {
    const isIssued = operation.steps.some(({ name, status }) => name === 'issue' && status === 'completed');
    return isIssued ? this.versions.issued(id, operation.metadata['version']) : undefined;
  }

  private async issue(context: OperationContext, certificate: CertificateEntity): Promise<IssuedVersion> {
    const acme = this.acme.begin(context, certificate);
    try {
      const begun = await context.step('key', async (step) => {
        const version = await this.versions.begin(certificate, context.operation);
        step.summary(`version ${String(version.number)}, ${version.keyType}`);
        return version;
      });
      await this.prove(context, acme, begun);
      return await this.have(context, { certificate, begun, acme });
    } finally {
      await acme.end();
    }
  }

  /** What an ACME authority wants before it issues. */
  private async prove(context: OperationContext, acme: AcmeRenewal, version: CertificateVersionEntity): Promise<void> {
    if (acme.isNeeded && !isIssued(version)) {
      await context.step('order', (step) => acme.place(version, step));
      await context.step('challenges', (step) => acme.prove(version, step));
      return;
    }
    const why = isIssued(version) ? 'it was issued before' : 'this issuer asks for no proof';
    const { steps } = context.operation;
    for (const name of ['order', 'challenges']) {
      // What a lost worker did stays done.
      if (!steps.some((step) => step.name === name && step.status === 'completed')) context.skip(name, why);
    }
  }

  private have(
    context: OperationContext,
    { certificate, begun, acme }: Begun & { certificate: CertificateEntity },
  ): Promise<IssuedVersion> {
    return context.step('issue', async (step) => {
      if (certificate.issuer?.kind === 'manual' && !isIssued(begun)) waitForSigned(context);
      const version = await this.issuance.issue(certificate, begun, acme);
      const { issuer, serialNumber, fingerprint, notAfter } = version.facts ?? {};
      context.facts({ version: version.number, serialNumber, fingerprint, notAfter });
      step.summary(begun.issuedAt === null ? `by ${String(issuer)}` : 'it was issued before and is not everywhere yet');
      return version;
    });
  }

  /** A failure here is told when it is known how the other hosts fared. */
  private async deployHere(context: OperationContext, what: WhatToDeploy): Promise<OwnHostEnd> {
    const { connectionId, steps } = context.operation;
    const hasBegun = steps.some(({ name, startedAt }) => name === 'reach' && startedAt !== null);
    const hadIt = !hasBegun && isOnAll(targetsOn(connectionId, what.certificate), what.version);
    if (hadIt) for (const { name } of deploymentSteps) context.skip(name, 'this host has the version already');
    const end = hadIt ? ({ hasIt: true, effect: 'none' } as const) : await this.tryHere(context, what);
    context.facts({ ownHost: end });
    return end;
  }

  private async tryHere(context: OperationContext, what: WhatToDeploy): Promise<OwnHostEnd> {
    try {
      await this.deployment.run(context, what);
      return { hasIt: true, effect: 'applied' };
    } catch (error) {
      const end = ownHostEndOf(context, error);
      if (!end) throw error;
      return end;
    }
  }

  private async awaitOthers(context: OperationContext, what: WhatToDeploy): Promise<HostEnd[]> {
    try {
      return await context.step('other_hosts', async (step) => {
        const ends = await this.otherHosts.ends(context, what);
        step.summary(`${String(ends.filter(({ hasIt }) => hasIt).length)} of ${String(ends.length)} have it`);
        return ends;
      });
    } catch (error) {
      // Told to stop it begins no step any more; but what it started is still to be heard of.
      if (!context.signal.aborted || mustLetGo(context.signal)) throw error;
      return this.otherHosts.ends(context, what);
    }
  }
}
