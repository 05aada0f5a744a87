import type {
  AcmeIssuer,
  Certificate,
  CertificateStatus,
  CertificateVersion,
  DeploymentTarget,
  Issuer,
  RenewalState,
  ServedEndpoint,
} from '@lockstep/contract';
import type { AcmeAccountEntity } from './acme-account.entity.js';
import type { FilesOfCertificates } from '../certificates/shared-files.js';
import type { CertificateVersionEntity } from './certificate-version.entity.js';
import type { CertificateEntity } from './certificate.entity.js';
import type { DeploymentTargetEntity } from './deployment-target.entity.js';
import type { IssuerEntity } from './issuer.entity.js';

/** How a certificate stands now, as inventory/standing.ts has it. */
export interface CertificateStanding {
  readonly inUse: CertificateVersionEntity | undefined;
  readonly status: CertificateStatus;
  readonly served: ServedEndpoint[];
}

/** What a certificate is told with: its visible targets, and the names of their connections. */
export interface Surroundings extends CertificateStanding {
  readonly issuerName: string;
  /** The newest. */
  readonly version: CertificateVersionEntity | undefined;
  readonly renewal: RenewalState;
  readonly targets: readonly DeploymentTargetEntity[];
  readonly connectionNames: ReadonlyMap<number, string>;
  readonly files: FilesOfCertificates;
}

/** The crossing to the wire: keys and requests stay on the server. */
export const toCertificate = (entity: CertificateEntity, around: Surroundings): Certificate => ({
  id: entity.id,
  name: entity.name,
  domains: entity.domains,
  issuerId: entity.issuerId,
  issuerName: around.issuerName,
  keyType: entity.keyType,
  autoRenew: entity.autoRenew,
  targets: around.targets.map((target) => toDeploymentTarget(target, around)),
  status: around.status,
  origin: entity.issuer?.kind === 'manual' && around.version?.request === '' ? 'uploaded' : 'managed',
  version: around.version ? toCertificateVersion(around.version, around) : null,
  inUse: around.inUse ? toCertificateVersion(around.inUse, around) : null,
  renewAt: around.inUse?.renewAt?.toISOString() ?? null,
  checkedAt: entity.checkedAt?.toISOString() ?? null,
  served: around.served,
  renewal: around.renewal,
  createdAt: entity.createdAt.toISOString(),
  updatedAt: entity.updatedAt.toISOString(),
});

export function toCertificateVersion(
  { number, facts, issuedAt, operationId }: CertificateVersionEntity,
  { targets, connectionNames }: Pick<Surroundings, 'targets' | 'connectionNames'>,
): CertificateVersion {
  if (facts === null || issuedAt === null) throw new Error('Only an issued version has facts.');
  const deployedTo = targets.flatMap(({ connectionId, certificatePath, deployedVersion, deployedAt }) =>
    deployedVersion === number && deployedAt !== null
      ? [
          {
            connectionId,
            connectionName: nameOf(connectionNames, connectionId),
            certificatePath,
            at: deployedAt.toISOString(),
          },
        ]
      : [],
  );
  return { ...facts, number, issuedAt: issuedAt.toISOString(), operationId, deployedTo };
}

export const toIssuer = (
  entity: IssuerEntity,
  { certificates, account }: { certificates: number; account: AcmeAccountEntity | null },
): Issuer => ({
  id: entity.id,
  name: entity.name,
  kind: entity.kind,
  internal: entity.internal,
  acme: entity.acme && { ...entity.acme, ...toAccountState(account) },
  builtIn: entity.builtIn,
  certificates,
  createdAt: entity.createdAt.toISOString(),
  updatedAt: entity.updatedAt.toISOString(),
});

function toAccountState(
  account: AcmeAccountEntity | null,
): Pick<AcmeIssuer, 'account' | 'eabKeySetAt' | 'pausedUntil' | 'providerSecretSetAt'> {
  const { url, registeredAt, termsOfServiceUrl = null, pausedUntil } = account ?? {};
  return {
    account: url && registeredAt ? { url, registeredAt: registeredAt.toISOString(), termsOfServiceUrl } : null,
    eabKeySetAt: account?.eabKeySetAt?.toISOString() ?? null,
    providerSecretSetAt: account?.providerSecretSetAt?.toISOString() ?? null,
    pausedUntil: pausedUntil && pausedUntil > new Date() ? pausedUntil.toISOString() : null,
  };
}

const toDeploymentTarget = (
  entity: DeploymentTargetEntity,
  { connectionNames, files }: Pick<Surroundings, 'connectionNames' | 'files'>,
): DeploymentTarget => ({
  connectionId: entity.connectionId,
  connectionName: nameOf(connectionNames, entity.connectionId),
  certificatePath: entity.certificatePath,
  keyPath: entity.keyPath,
  chainPath: entity.chainPath,
  owner: entity.owner,
  group: entity.group,
  mode: entity.mode,
  reload: entity.reload,
  check: entity.checkCommand === null ? null : { command: entity.checkCommand },
  verify: entity.verify,
  sharedWith: [...new Set(files.sharedBy(entity, entity.certificateId).map(({ otherName }) => otherName))],
  deployedVersion: entity.deployedVersion,
  deployedAt: entity.deployedAt?.toISOString() ?? null,
});

const nameOf = (names: ReadonlyMap<number, string>, id: number): string => names.get(id) ?? `connection ${String(id)}`;
