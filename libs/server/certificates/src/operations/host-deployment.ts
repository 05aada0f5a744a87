import { Injectable, Logger } from '@nestjs/common';
import { SshReach, asFailure } from '@lockstep/server-connections';
import { type OperationContext, OperationFailure, type StepHandle, mustLetGo } from '@lockstep/server-operations';
import { NetworkPolicy } from '@lockstep/server-ssh';
import { Deployment } from '../deployment/deployment.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import { CertificateVersions, type IssuedVersion } from '../versions/certificate-versions.js';
import { Issuance } from '../versions/issuance.js';
import { undo } from './renewal-failure.js';

/** What is put where. The certificate is read with its targets. */
export interface WhatToDeploy {
  readonly certificate: CertificateEntity;
  readonly version: IssuedVersion;
}

/** The steps on one host, the same for every operation that deploys. */
export const deploymentSteps = [
  { name: 'reach', title: 'Reach the host', safety: 'repeatable' },
  { name: 'stage', title: 'Stage the files', safety: 'repeatable' },
  { name: 'check', title: 'Check', safety: 'repeatable' },
  { name: 'switch', title: 'Switch', safety: 'repeatable' },
  { name: 'reload', title: 'Reload the server', safety: 'repeatable' },
  { name: 'verify', title: 'Verify what is served', safety: 'repeatable' },
  { name: 'clean_up', title: 'Clean up', safety: 'repeatable' },
] as const;

/** Puts a version on all targets of the operation's connection; on any failure after the switch the old one is back. */
@Injectable()
export class HostDeployment {
  private readonly logger = new Logger('Certificates');

  constructor(
    private readonly reach: SshReach,
    private readonly policy: NetworkPolicy,
    private readonly versions: CertificateVersions,
    private readonly issuance: Issuance,
  ) {}

  /** Errors: OperationFailure and OperationCancelled with what became of the host. */
  async run(context: OperationContext, what: WhatToDeploy): Promise<void> {
    const deployment = await this.prepare(context, what);
    try {
      await this.deploy(context, deployment);
      await this.finish(context, { deployment, version: what.version });
      await deployment.close();
    } finally {
      deployment.destroy();
    }
  }

  private async prepare(context: OperationContext, { certificate, version }: WhatToDeploy): Promise<Deployment> {
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
