import { isIP } from 'node:net';
import type { InternalIssuerSettings } from '@lockstep/contract';

/** The names that an issuer does not sign for. A permitted name permits what is below it too (RFC 5280 §4.2.1.10). */
export function refusedNames(
  { permittedNames }: Pick<InternalIssuerSettings, 'permittedNames'>,
  names: readonly string[],
): string[] {
  if (permittedNames.length === 0) return [];
  return names.filter((name) => {
    if (isIP(name) !== 0) return true;
    const plain = name.replace(/^\*\./, '');
    return !permittedNames.some((permitted) => plain === permitted || plain.endsWith(`.${permitted}`));
  });
}
