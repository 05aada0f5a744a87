import type { CertificateOrigin, InventoryItem, InventoryStatus } from '@lockstep/contract';
import { foundSentence, placeWords } from '../found/found-words';
import { problemsOf, renewalSentence } from '../words/renewal-sentence';
import { statusTitle } from '../words/certificate-words';

/** A line of the list of all certificates, in words. */
export interface InventoryRow {
  readonly id: string;
  readonly item: InventoryItem;
  readonly name: string;
  readonly link: readonly string[];
  readonly domains: readonly string[];
  readonly issuer: string;
  readonly where: string;
  readonly renewAt: string | null;
  /** Null: nothing is in use yet. */
  readonly notAfter: string | null;
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
      renewAt: null,
      notAfter: leaf.notAfter,
    };
  }
  const { id, name, domains, issuerName, targets, renewAt, inUse } = item.certificate;
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
    renewAt,
    notAfter: inUse?.notAfter ?? null,
  };
}

/** What is wrong comes before what is to be expected. `now` in milliseconds since 1970. */
export const whyWords = ({ item }: InventoryRow, now: number): string =>
  item.origin === 'found'
    ? foundSentence(item.found)
    : [...problemsOf(item.certificate), renewalSentence(item.certificate, now)].join(' ');

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

export const inventoryStatusTitle = (status: InventoryStatus): string =>
  status === 'unreachable' ? $localize`Not reached` : statusTitle(status);
