import type { CertificateStatus, FoundCertificate, FoundPlace } from '@lockstep/contract';
import type { FoundCertificateEntity } from '../model/found-certificate.entity.js';
import { placeOf } from './place.js';

/** The crossing to the wire. */
export const toFoundCertificate = (
  entity: FoundCertificateEntity,
  { status, connectionNames }: { status: CertificateStatus; connectionNames: ReadonlyMap<number, string> },
): FoundCertificate => ({
  id: entity.id,
  place: toFoundPlace(entity, connectionNames),
  status,
  leaf: entity.facts,
  chain: entity.chain,
  problems: entity.problems,
  seenAt: entity.seenAt.toISOString(),
  checkedAt: entity.checkedAt.toISOString(),
  failure: failureOf(entity),
  createdAt: entity.createdAt.toISOString(),
});

function toFoundPlace(entity: FoundCertificateEntity, names: ReadonlyMap<number, string>): FoundPlace {
  const place = placeOf(entity);
  const { connectionId } = place;
  const connectionName =
    connectionId === null ? null : (names.get(connectionId) ?? `connection ${String(connectionId)}`);
  return place.kind === 'file' ? { ...place, connectionName: connectionName ?? '' } : { ...place, connectionName };
}

function failureOf({ failureCode, failureMessage, failingSince }: FoundCertificateEntity): FoundCertificate['failure'] {
  if (failureCode === null || failureMessage === null || failingSince === null) return null;
  return { code: failureCode, message: failureMessage, since: failingSince.toISOString() };
}
