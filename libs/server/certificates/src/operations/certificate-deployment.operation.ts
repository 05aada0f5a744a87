import {
  type OperationContext,
  OperationFailure,
  type OperationHandler,
  OperationHandlerFor,
  type OperationResult,
} from '@lockstep/server-operations';
import { rollbackMs } from '../deployment/rollback.js';
import { CertificateVersions } from '../versions/certificate-versions.js';
import { CertificateReader } from './certificate-reader.js';
import { HostDeployment, deploymentSteps } from './host-deployment.js';
import { targetsOn } from './targets-on.js';

/** Puts the newest version of a certificate on one connection: what a renewal starts for each host but its own. */
@OperationHandlerFor('certificate_deployment')
export class CertificateDeploymentOperation implements OperationHandler {
  readonly type = 'certificate_deployment';
  readonly changesHost = true;
  readonly deadlineMs = 900_000;
  readonly graceMs = rollbackMs;
  readonly steps = deploymentSteps;

  constructor(
    private readonly certificates: CertificateReader,
    private readonly versions: CertificateVersions,
    private readonly deployment: HostDeployment,
  ) {}

  async run(context: OperationContext): Promise<OperationResult> {
    const { connectionId, target, metadata } = context.operation;
    const certificate = await this.certificates.read(Number(target));
    // Whoever takes over goes on with the version that is on the host already.
    const version = await this.versions.issued(certificate.id, metadata['version']);
    if (targetsOn(connectionId, certificate).length === 0)
      throw new OperationFailure('NOTHING_TO_DEPLOY', 'The certificate has no target on this host any more.');
    if (!version) throw new OperationFailure('NOTHING_TO_DEPLOY', 'Nothing was issued for the certificate yet.');
    if (version.notAfter !== null && version.notAfter <= new Date())
      throw new OperationFailure('NOTHING_TO_DEPLOY', 'The newest version has expired.');
    context.facts({ version: version.number, notAfter: version.facts?.notAfter });
    await this.deployment.run(context, { certificate, version });
    return {
      message: `${certificate.name} is deployed, valid until ${version.notAfter?.toISOString().slice(0, 10) ?? ''}`,
    };
  }
}
