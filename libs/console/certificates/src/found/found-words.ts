import type { CertificateState } from '../words/certificate-words';
import { describeCertificate } from '../words/certificate-words';
import { formatDate } from '../words/format-date';
import type { FoundCertificate, FoundPlace } from '@lockstep/contract';

/** Where a certificate is found, in one phrase. */
export function placeWords(place: FoundPlace): string {
  if (place.kind === 'file') return $localize`${place.path}:PATH: on ${place.connectionName}:HOST:`;
  const host = place.host.includes(':') ? `[${place.host}]` : place.host;
  const address = `${host}:${String(place.port)}`;
  return place.serverName === place.host ? address : $localize`${place.serverName}:NAME: at ${address}:ADDRESS:`;
}

/** How it stands, in one phrase with its look. `now` in milliseconds since 1970. */
export const describeFound = ({ leaf, status }: FoundCertificate, now: number): CertificateState =>
  describeCertificate({ renewAt: null, status, inUse: leaf }, now);

/** What is known of it in a sentence or two, the worst first. */
export function foundSentence({ failure, problems }: FoundCertificate): string {
  const seen =
    failure === null ? [] : [$localize`Not seen since ${formatDate(failure.since)}:DATE:: ${failure.message}:WHY:`];
  const words = [...seen, ...problems.map(({ message }) => message)];
  return words.length === 0 ? $localize`Nothing renews it here; it is only watched.` : words.join(' ');
}
