import type { CertificateEntity } from '../model/certificate.entity.js';
import type { DeploymentTargetEntity } from '../model/deployment-target.entity.js';

/** The targets of a certificate on one connection. They change together. */
export const targetsOn = (connectionId: number, { targets = [] }: CertificateEntity): DeploymentTargetEntity[] =>
  targets.filter((target) => target.connectionId === connectionId);

/** Whether a version was verified on all of these. */
export const isOnAll = (targets: readonly DeploymentTargetEntity[], version: { readonly number: number }): boolean =>
  targets.every(({ deployedVersion }) => deployedVersion === version.number);
