import type { ChallengeSettings, DnsProviderSettings, Issuer, IssuerKind, TsigAlgorithm } from '@lockstep/contract';

export type ProofKind = 'host' | 'lockstep' | 'dns';
export type ProviderKind = DnsProviderSettings['kind'];

/** What the form holds: all text, as one types it. Secrets are empty until one is entered. */
export interface IssuerModel {
  readonly name: string;
  readonly kind: IssuerKind;
  readonly lifetimeDays: string;
  readonly permittedNames: string;
  readonly directoryUrl: string;
  readonly stagingDirectoryUrl: string;
  readonly email: string;
  readonly agreed: boolean;
  readonly eabKid: string;
  readonly eabKey: string;
  readonly trustedRoots: string;
  readonly preferredChain: string;
  readonly proof: ProofKind;
  readonly folder: string;
  /** Empty: that of the first target. */
  readonly proofConnectionId: string;
  readonly resolvers: string;
  readonly provider: ProviderKind;
  readonly server: string;
  readonly port: string;
  readonly zone: string;
  readonly tsigName: string;
  readonly tsigAlgorithm: TsigAlgorithm;
  readonly tsigSecret: string;
  readonly apiToken: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly hostedZoneId: string;
  readonly program: string;
}

export const emptyIssuer: IssuerModel = {
  name: '',
  kind: 'acme',
  lifetimeDays: '30',
  permittedNames: '',
  directoryUrl: '',
  stagingDirectoryUrl: '',
  email: '',
  agreed: false,
  eabKid: '',
  eabKey: '',
  trustedRoots: '',
  preferredChain: '',
  proof: 'host',
  folder: '',
  proofConnectionId: '',
  resolvers: '',
  provider: 'rfc2136',
  server: '',
  port: '53',
  zone: '',
  tsigName: '',
  tsigAlgorithm: 'hmac-sha256',
  tsigSecret: '',
  apiToken: '',
  accessKeyId: '',
  secretAccessKey: '',
  sessionToken: '',
  hostedZoneId: '',
  program: '',
};

/** Fields that one types into. */
export type TextField = Exclude<keyof IssuerModel, 'kind' | 'agreed' | 'proof' | 'provider' | 'tsigAlgorithm'>;

/** Where the server's word for a field differs from the form's. */
export const wirePaths: Partial<Record<TextField, string>> = {
  lifetimeDays: 'internal.lifetimeDays',
  permittedNames: 'internal.permittedNames',
  directoryUrl: 'acme.directoryUrl',
  stagingDirectoryUrl: 'acme.stagingDirectoryUrl',
  email: 'acme.email',
  eabKid: 'acme.eab.kid',
  eabKey: 'acme.eab.hmacKey',
  trustedRoots: 'acme.trustedRoots',
  preferredChain: 'acme.preferredChain',
  folder: 'acme.challenge.folder',
  proofConnectionId: 'acme.challenge.connectionId',
  resolvers: 'acme.challenge.resolvers',
  server: 'acme.challenge.provider.server',
  port: 'acme.challenge.provider.port',
  zone: 'acme.challenge.provider.zone',
  tsigName: 'acme.challenge.provider.key.name',
  tsigSecret: 'acme.challenge.provider.key.secret',
  apiToken: 'acme.challenge.provider.apiToken',
  accessKeyId: 'acme.challenge.provider.accessKeyId',
  secretAccessKey: 'acme.challenge.provider.secretAccessKey',
  sessionToken: 'acme.challenge.provider.sessionToken',
  hostedZoneId: 'acme.challenge.provider.hostedZoneId',
  program: 'acme.challenge.provider.program',
};

export const wirePathOf = (name: TextField | 'agreed'): string =>
  name === 'agreed' ? name : (wirePaths[name] ?? name);

export function modelOf({ name, kind, internal, acme }: Issuer): IssuerModel {
  return {
    ...emptyIssuer,
    name,
    kind,
    ...(internal && {
      lifetimeDays: String(internal.lifetimeDays),
      permittedNames: internal.permittedNames.join('\n'),
    }),
    ...(acme && {
      directoryUrl: acme.directoryUrl,
      stagingDirectoryUrl: acme.stagingDirectoryUrl ?? '',
      email: acme.email,
      agreed: true,
      eabKid: acme.eab?.kid ?? '',
      trustedRoots: acme.trustedRoots ?? '',
      preferredChain: acme.preferredChain ?? '',
      ...proofOf(acme.challenge),
    }),
  };
}

function proofOf(challenge: ChallengeSettings): Partial<IssuerModel> {
  if (challenge.kind === 'dns-01')
    return { proof: 'dns', resolvers: challenge.resolvers.join('\n'), ...providerOf(challenge.provider) };
  if (challenge.answeredBy === 'lockstep') return { proof: 'lockstep' };
  return { proof: 'host', folder: challenge.folder, proofConnectionId: String(challenge.connectionId ?? '') };
}

function providerOf(provider: DnsProviderSettings): Partial<IssuerModel> {
  const { kind } = provider;
  switch (kind) {
    case 'rfc2136': {
      const { server, port, zone = '', key } = provider;
      return { provider: kind, server, port: String(port), zone, tsigName: key.name, tsigAlgorithm: key.algorithm };
    }
    case 'route53':
      return { provider: kind, accessKeyId: provider.accessKeyId, hostedZoneId: provider.hostedZoneId ?? '' };
    case 'command':
      return { provider: kind, program: provider.program };
    case 'cloudflare':
      return { provider: kind };
  }
}
