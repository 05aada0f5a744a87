import type { CertificateOrigin, InventoryItem } from '@lockstep/contract';
import { foundSentence, placeWords } from '../found/found-words';
import { problemsOf, renewalSentence } from './renewal-sentence';

/** A line of the list of all certificates, in words. */
export interface InventoryRow {
  readonly id: string;
  readonly item: InventoryItem;
  readonly name: string;
  readonly link: readonly string[];
  readonly domains: readonly string[];
  readonly issuer: string;
  readonly where: string;
}

export function rowOf(item: InventoryItem): InventoryRow {
  if (item.origin === 'found') {
    const { id, place, leaf } = item.found;
    const link = ['/certificates', 'found', String(id)];
    const name = placeWords(place);
    const where = place.connectionName ?? '';
    const issuer = /(?:^|, )CN=([^,]*)/.exec(leaf.issuer)?.[1] ?? leaf.issuer;
    return {
      id: `found ${String(id)}`,
      item,
      name,
      link,
      domains: leaf.names,
      issuer,
      where,
    };
  }
  const { id, name, domains, issuerName, targets } = item.certificate;
  const where = [...new Set(targets.map(({ connectionName }) => connectionName))].join(', ');
  const link = ['/certificates', String(id)];
  return {
    id: String(id),
    item,
    name,
    link,
    domains,
    issuer: issuerName,
    where,
  };
}

/** What is wrong comes before what is to be expected, and what it is ranked by before the rest. `now` in milliseconds since 1970. */
export function whyWords({ item }: InventoryRow, now: number): string {
  if (item.origin === 'found') return foundSentence(item.found);
  const problems = problemsOf(item.certificate);
  const sentence = renewalSentence(item.certificate, now);
  const isRankedByRenewal =
    item.certificate.status === 'renewal_failing' || item.certificate.status === 'awaits_approval';
  return (isRankedByRenewal ? [sentence, ...problems] : [...problems, sentence]).join(' ');
}

export const isTroubled = ({ item }: InventoryRow): boolean =>
  item.origin === 'found'
    ? item.found.failure !== null || item.found.problems.length > 0
    : problemsOf(item.certificate).length > 0;

export function originTitle(origin: CertificateOrigin): string {
  switch (origin) {
    case 'managed':
      return $localize`Managed`;
    case 'found':
      return $localize`Found`;
    case 'uploaded':
      return $localize`Uploaded`;
  }
}
