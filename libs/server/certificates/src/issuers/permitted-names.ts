import { isIP } from 'node:net';
import type { IssuerEntity } from '../model/issuer.entity.js';

/** The names that an issuer does not sign for. A permitted name permits what is below it too (RFC 5280 §4.2.1.10). */
export function refusedNames(
  { internal, acme }: Pick<IssuerEntity, 'internal' | 'acme'>,
  names: readonly string[],
): string[] {
  // A wildcard is proved by DNS alone (RFC 8555 §7.1.3), an address never by it (RFC 8738 §7).
  if (acme)
    return names.filter((name) => (acme.challenge.kind === 'dns-01' ? isIP(name) !== 0 : name.startsWith('*.')));
  const permittedNames = internal?.permittedNames ?? [];
  if (permittedNames.length === 0) return [];
  return names.filter((name) => {
    if (isIP(name) !== 0) return true;
    const plain = name.replace(/^\*\./, '');
    return !permittedNames.some((permitted) => plain === permitted || plain.endsWith(`.${permitted}`));
  });
}
