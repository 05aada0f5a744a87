import { Logger } from '@nestjs/common';
import { SshReach, asFailure } from '@lockstep/server-connections';
import {
  type OperationContext,
  OperationFailure,
  type OperationHandler,
  OperationHandlerFor,
  type OperationResult,
  type StepHandle,
  mustLetGo,
} from '@lockstep/server-operations';
import { NetworkPolicy } from '@lockstep/server-ssh';
import { AcmeIssuance } from '../acme/acme-issuance.js';
import type { AcmeRenewal } from '../acme/acme-renewal.js';
import { Deployment } from '../deployment/deployment.js';
import { rollbackMs } from '../deployment/rollback.js';
import type { CertificateVersionEntity } from '../model/certificate-version.entity.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import { CertificateVersions, type IssuedVersion, isIssued } from '../versions/certificate-versions.js';
import { Issuance } from '../versions/issuance.js';
import { CertificateReader } from './certificate-reader.js';
import { undo } from './renewal-failure.js';

interface Begun {
  readonly begun: CertificateVersionEntity;
  readonly acme: AcmeRenewal;
}

/** Has a certificate issued and puts it where it belongs; on any failure after the switch the old one is back. */
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
    { name: 'reach', title: 'Reach the host', safety: 'repeatable' },
    { name: 'stage', title: 'Stage the files', safety: 'repeatable' },
    { name: 'check', title: 'Check', safety: 'repeatable' },
    { name: 'switch', title: 'Switch', safety: 'repeatable' },
    { name: 'reload', title: 'Reload the server', safety: 'repeatable' },
    { name: 'verify', title: 'Verify what is served', safety: 'repeatable' },
    { name: 'clean_up', title: 'Clean up', safety: 'repeatable' },
  ] as const;
  private readonly logger = new Logger('Certificates');

  constructor(
    private readonly certificates: CertificateReader,
    private readonly reach: SshReach,
    private readonly policy: NetworkPolicy,
    private readonly versions: CertificateVersions,
    private readonly issuance: Issuance,
    private readonly acme: AcmeIssuance,
  ) {}

  async run(context: OperationContext): Promise<OperationResult> {
    const certificate = await this.certificates.read(Number(context.operation.target));
    const version = await this.issue(context, certificate);
    const deployment = await this.prepare(context, { certificate, version });
    try {
      await this.deploy(context, deployment);
      await this.finish(context, { deployment, version });
      await deployment.close();
    } finally {
      deployment.destroy();
    }
    const until = version.notAfter?.toISOString().slice(0, 10) ?? '';
    return { message: `${certificate.name} is renewed until ${until}` };
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
    for (const name of ['order', 'challenges']) context.skip(name, why);
  }

  private have(
    context: OperationContext,
    { certificate, begun, acme }: Begun & { certificate: CertificateEntity },
  ): Promise<IssuedVersion> {
    return context.step('issue', async (step) => {
      const version = await this.issuance.issue(certificate, begun, acme);
      const { issuer, serialNumber, fingerprint, notAfter } = version.facts ?? {};
      context.facts({ version: version.number, serialNumber, fingerprint, notAfter });
      step.summary(begun.issuedAt === null ? `by ${String(issuer)}` : 'it was issued before and not deployed yet');
      return version;
    });
  }

  private async prepare(
    context: OperationContext,
    { certificate, version }: { certificate: CertificateEntity; version: IssuedVersion },
  ): Promise<Deployment> {
    const { connectionId } = context.operation;
    const host = await asFailure(context, () => this.reach.find(connectionId));
    const targets = (certificate.targets ?? []).filter((target) => target.connectionId === connectionId);
    const { number, leaf, chain } = version;
    const key = await this.issuance.keyOf(version);
    const material = { certificateId: certificate.id, number, key, leaf, chain };
    const fingerprint = version.facts?.fingerprint ?? '';
    return new Deployment({ context, host, reach: this.reach, policy: this.policy, targets, material, fingerprint });
  }

  private async deploy(context: OperationContext, deployment: Deployment): Promise<void> {
    const step = (
      name: string,
      work: keyof Pick<Deployment, 'reachHost' | 'stage' | 'check' | 'switchOver' | 'reload' | 'verify'>,
    ) => context.step(name, (handle) => asFailure(context, () => deployment[work](handle)));
    try {
      await step('reach', 'reachHost');
      await step('stage', 'stage');
      await step('check', 'check');
      await step('switch', 'switchOver');
      await step('reload', 'reload');
      await step('verify', 'verify');
    } catch (error) {
      if (deployment.isUntouched) throw error;
      const failure = await undo(context, deployment, error);
      if (failure instanceof OperationFailure && failure.effect !== 'none' && failure.effect !== 'rolled_back')
        this.logger.error(`${context.operation.id} on ${context.operation.connectionName}: ${failure.message}`);
      throw failure;
    }
  }

  /** It is verified, and nothing takes that back: neither a link that breaks now nor a cancellation that comes now. */
  private async finish(
    context: OperationContext,
    { deployment, version }: { deployment: Deployment; version: IssuedVersion },
  ): Promise<void> {
    const clean = async (step?: StepHandle): Promise<void> => {
      const why = await deployment.cleanUp();
      if (why === null) return;
      step?.summary(`Files of Lockstep may be left beside the new ones: ${why}`);
      context.log('system', `Files of Lockstep may be left beside the new ones: ${why}\n`);
    };
    const { signal } = context;
    await context.step('clean_up', clean).catch((error: unknown) => {
      if (!signal.aborted || mustLetGo(signal)) throw error;
      return clean();
    });
    const ids = deployment.parts.targets.map(({ id }) => id);
    await this.versions.deployed(version, ids);
  }
}
