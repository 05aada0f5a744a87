import type { Certificate, CertificateVersion, DeploymentTarget, RenewalState } from '@lockstep/contract';

/** Parts for tests of this library. */
export const versionOf = (change: Partial<CertificateVersion> = {}): CertificateVersion => ({
  number: 3,
  subject: 'CN=shop.example',
  issuer: 'CN=Lockstep issuing CA',
  names: ['shop.example'],
  serialNumber: '0A',
  fingerprint: 'AA:BB',
  keyType: 'ecdsa-p256',
  notBefore: '2026-11-01T00:00:00.000Z',
  notAfter: '2026-12-01T00:00:00.000Z',
  issuedAt: '2026-11-01T00:00:00.000Z',
  operationId: null,
  deployedTo: [],
  ...change,
});

export const targetOf = (change: Partial<DeploymentTarget> = {}): DeploymentTarget => ({
  connectionId: 1,
  connectionName: 'web-1',
  certificatePath: '/etc/ssl/certs/shop.pem',
  keyPath: '/etc/ssl/private/shop.key',
  chainPath: null,
  owner: null,
  group: null,
  mode: null,
  reload: null,
  check: null,
  verify: [],
  sharedWith: [],
  deployedVersion: 3,
  deployedAt: '2026-11-01T00:00:00.000Z',
  ...change,
});

export const renewalStateOf = (change: Partial<RenewalState> = {}): RenewalState => ({
  reason: 'not_due',
  dueAt: '2026-11-20T00:00:00.000Z',
  dueBasis: 'third',
  nextAttemptAt: '2026-11-20T00:00:00.000Z',
  failures: 0,
  awaitedHostKey: null,
  lastAttempt: null,
  ...change,
});

export const certificateOf = (change: Partial<Certificate> = {}): Certificate => ({
  id: 1,
  name: 'shop',
  domains: ['shop.example'],
  issuerId: 1,
  issuerName: 'Internal CA',
  keyType: 'ecdsa-p256',
  autoRenew: true,
  targets: [targetOf()],
  status: 'valid',
  origin: 'managed',
  version: versionOf(),
  inUse: versionOf(),
  renewAt: '2026-11-20T00:00:00.000Z',
  checkedAt: null,
  served: [],
  renewal: renewalStateOf(),
  createdAt: '2026-11-01T00:00:00.000Z',
  updatedAt: '2026-11-01T00:00:00.000Z',
  ...change,
});
