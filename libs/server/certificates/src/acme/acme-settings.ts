import type {
  AcmeIssuerChange,
  AcmeIssuerInput,
  AcmeIssuerSettings,
  ChallengeChange,
  ChallengeSettings,
  DnsProviderChange,
  DnsProviderSettings,
} from '@lockstep/contract';
import type { FieldError } from '@lockstep/server-http';
import { readCertificates } from '@lockstep/server-pki';

/** Secrets to store beside the settings. Undefined: the stored one stays; null: it is taken away. */
export interface AcmeSecrets {
  readonly eabKey?: string | null | undefined;
  readonly providerSecret?: string | null | undefined;
}

export interface DividedSettings {
  readonly settings: AcmeIssuerSettings;
  readonly secrets: AcmeSecrets;
  readonly errors: readonly FieldError[];
}

/** What Route 53 takes besides the access key's id; stored as JSON. */
export interface Route53Secret {
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Settings of a new issuer, and apart from them its secrets. */
export function divideInput({ eab, challenge, ...input }: AcmeIssuerInput): DividedSettings {
  const { settings, secret } = divideChallenge(challenge);
  return {
    settings: {
      ...input,
      eab: eab ? { kid: eab.kid } : null,
      stagingDirectoryUrl: input.stagingDirectoryUrl ?? null,
      trustedRoots: input.trustedRoots ?? null,
      preferredChain: input.preferredChain ?? null,
      challenge: settings,
    },
    secrets: { eabKey: eab?.hmacKey, providerSecret: secret },
    errors: [...objectionsTo(input.trustedRoots), ...objectionsToStaging(input)],
  };
}

/** The settings after a change. A secret that is not told stays, unless it belongs to something else now. */
export function divideChange(before: AcmeIssuerSettings, change: AcmeIssuerChange): DividedSettings {
  const { eab, challenge, allowance, ...plain } = change;
  const divided = challenge && divideChallenge(challenge);
  const settings = {
    ...before,
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
    ...(eab !== undefined && { eab: eab && { kid: eab.kid } }),
    ...(divided && { challenge: divided.settings }),
    allowance: { ...before.allowance, ...allowance },
  };
  const errors = [...objectionsTo(change.trustedRoots), ...objectionsToStaging(settings)];
  if (eab && eab.hmacKey === undefined && eab.kid !== before.eab?.kid)
    errors.push({ path: 'body.acme.eab.hmacKey', message: 'another kid needs its key' });
  const isKept = divided && providerOf(before.challenge)?.kind === providerOf(divided.settings)?.kind;
  if (divided?.secret === undefined && divided && !isKept)
    errors.push({ path: 'body.acme.challenge.provider', message: 'another provider needs its secret' });
  const eabKey = eab === null ? null : eab?.hmacKey;
  return { settings, secrets: { eabKey, providerSecret: divided?.secret }, errors };
}

export const providerOf = (challenge: ChallengeSettings): DnsProviderSettings | undefined =>
  challenge.kind === 'dns-01' ? challenge.provider : undefined;

/** A way without a secret has null, one whose secret is not told undefined. */
function divideChallenge(challenge: ChallengeChange): {
  settings: ChallengeSettings;
  secret: string | null | undefined;
} {
  if (challenge.kind !== 'dns-01') return { settings: challenge, secret: null };
  const { settings, secret } = divideProvider(challenge.provider);
  return { settings: { ...challenge, provider: settings }, secret };
}

function divideProvider(provider: DnsProviderChange): {
  settings: DnsProviderSettings;
  secret: string | null | undefined;
} {
  switch (provider.kind) {
    case 'rfc2136': {
      const { key, ...server } = provider;
      return { settings: { ...server, key: { name: key.name, algorithm: key.algorithm } }, secret: key.secret };
    }
    case 'cloudflare':
      return { settings: { kind: provider.kind }, secret: provider.apiToken };
    case 'route53': {
      const { secretAccessKey, sessionToken, ...settings } = provider;
      const secret: Route53Secret | undefined = secretAccessKey ? { secretAccessKey, sessionToken } : undefined;
      return { settings, secret: secret && JSON.stringify(secret) };
    }
    case 'command':
      return { settings: provider, secret: null };
  }
}

/** Orders for trying out at the CA itself would cost what it allows. */
const objectionsToStaging = ({
  directoryUrl,
  stagingDirectoryUrl,
}: {
  readonly directoryUrl: string;
  readonly stagingDirectoryUrl?: string | null | undefined;
}): FieldError[] =>
  stagingDirectoryUrl === directoryUrl
    ? [{ path: 'body.acme.stagingDirectoryUrl', message: 'must be another one than the directory itself' }]
    : [];

function objectionsTo(trustedRoots: string | null | undefined): FieldError[] {
  if (!trustedRoots) return [];
  try {
    readCertificates(trustedRoots);
    return [];
  } catch (error) {
    return [{ path: 'body.acme.trustedRoots', message: (error as Error).message }];
  }
}
