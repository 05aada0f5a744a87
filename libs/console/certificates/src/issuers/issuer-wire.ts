import type { ChallengeChange, DnsProviderChange } from '@lockstep/contract';
import { readDomains } from '../form/certificate-model';
import type { IssuerModel } from './issuer-model';

/** Left out where it is empty: an empty text means nothing was entered. */
const given = <Name extends string>(name: Name, text: string): Partial<Record<Name, string>> =>
  text.trim() === '' ? {} : ({ [name]: text.trim() } as Partial<Record<Name, string>>);

/** The body that makes the issuer; the contract's schema says whether it fits. */
export function toInput(model: IssuerModel): object {
  const { name, kind } = model;
  switch (kind) {
    case 'internal':
      return { name, kind, internal: internalOf(model) };
    case 'manual':
      return { name, kind };
    case 'acme': {
      const { directoryUrl, stagingDirectoryUrl, email, eabKid, eabKey, trustedRoots, preferredChain } = model;
      const eab = eabKid.trim() === '' ? {} : { eab: { kid: eabKid.trim(), hmacKey: eabKey.trim() } };
      return {
        name,
        kind,
        acme: {
          directoryUrl: directoryUrl.trim(),
          ...given('stagingDirectoryUrl', stagingDirectoryUrl),
          email: email.trim(),
          ...eab,
          ...given('trustedRoots', trustedRoots),
          ...given('preferredChain', preferredChain),
          challenge: challengeOf(model),
        },
      };
    }
  }
}

/** The body that changes it. What is emptied is taken away; a secret that was not entered stays. */
export function toChange(model: IssuerModel): object {
  const { name, kind } = model;
  switch (kind) {
    case 'internal':
      return { name, internal: internalOf(model) };
    case 'manual':
      return { name };
    case 'acme': {
      const { stagingDirectoryUrl, email, eabKid, eabKey, trustedRoots, preferredChain } = model;
      return {
        name,
        acme: {
          stagingDirectoryUrl: stagingDirectoryUrl.trim() || null,
          email: email.trim(),
          eab: eabKid.trim() === '' ? null : { kid: eabKid.trim(), ...given('hmacKey', eabKey) },
          trustedRoots: trustedRoots.trim() || null,
          preferredChain: preferredChain.trim() || null,
          challenge: challengeOf(model),
        },
      };
    }
  }
}

const internalOf = ({ lifetimeDays, permittedNames }: IssuerModel) => ({
  lifetimeDays: lifetimeDays.trim() === '' ? NaN : Number(lifetimeDays),
  permittedNames: readDomains(permittedNames),
});

function challengeOf(model: IssuerModel): ChallengeChange {
  switch (model.proof) {
    case 'lockstep':
      return { kind: 'http-01', answeredBy: 'lockstep' };
    case 'host':
      return {
        kind: 'http-01',
        answeredBy: 'host',
        folder: model.folder.trim(),
        ...(model.proofConnectionId === '' ? {} : { connectionId: Number(model.proofConnectionId) }),
      };
    case 'dns':
      return { kind: 'dns-01', resolvers: readDomains(model.resolvers), provider: providerOf(model) };
  }
}

function providerOf(model: IssuerModel): DnsProviderChange {
  switch (model.provider) {
    case 'rfc2136':
      return {
        kind: 'rfc2136',
        server: model.server.trim(),
        port: Number(model.port),
        ...given('zone', model.zone),
        key: { name: model.tsigName.trim(), algorithm: model.tsigAlgorithm, ...given('secret', model.tsigSecret) },
      };
    case 'cloudflare':
      return { kind: 'cloudflare', ...given('apiToken', model.apiToken) };
    case 'route53':
      return {
        kind: 'route53',
        accessKeyId: model.accessKeyId.trim(),
        ...given('hostedZoneId', model.hostedZoneId),
        ...given('secretAccessKey', model.secretAccessKey),
        ...given('sessionToken', model.sessionToken),
      };
    case 'command':
      return { kind: 'command', program: model.program.trim() };
  }
}
