import type { CertificateFacts, CertificateProblem, LookFailure, WatchInput } from '@lockstep/contract';
import type { FoundCertificateEntity } from '../model/found-certificate.entity.js';

/** A place where a certificate may be. */
export type Place =
  | {
      readonly kind: 'address';
      readonly host: string;
      readonly port: number;
      readonly serverName: string;
      readonly connectionId: number | null;
    }
  | { readonly kind: 'file'; readonly connectionId: number; readonly path: string };

/** What a look at a place showed. */
export interface Sight {
  readonly leaf: CertificateFacts;
  readonly chain: readonly CertificateFacts[];
  readonly problems: readonly CertificateProblem[];
}

export type Look = { readonly sight: Sight } | { readonly failure: LookFailure; readonly refusedWay: string | null };

export function toPlace(input: WatchInput['places'][number]): Place {
  if (input.kind === 'file') return { kind: 'file', connectionId: input.connectionId, path: input.path };
  const { host, port = 443, serverName = host, connectionId = null } = input;
  return { kind: 'address', host: host.toLowerCase(), port, serverName: serverName.toLowerCase(), connectionId };
}

export const placeKey = (place: Place): string =>
  JSON.stringify(
    place.kind === 'file'
      ? [place.connectionId, place.path]
      : [place.connectionId, place.host, place.port, place.serverName],
  );

export function placeOf({ host, port, serverName, path, connectionId }: FoundCertificateEntity): Place {
  if (path !== null && connectionId !== null) return { kind: 'file', connectionId, path };
  if (host === null || port === null || serverName === null) throw new Error('A place is an address or a file.');
  return { kind: 'address', host, port, serverName, connectionId };
}
