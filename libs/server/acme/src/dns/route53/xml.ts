/**
 * Reading and writing the little XML of Route 53's API: elements without attributes of interest, text with the five
 * entities of XML and character references. Its documents are machine-made and fixed by
 * https://route53.amazonaws.com/doc/2013-04-01/.
 */

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The inside of each element of this name, in order. Elements of one name do not contain each other there. */
export function elements(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g');
  return [...xml.matchAll(pattern)].map(([, inside = '']) => inside);
}

/** The text of the first element of this name; empty when there is none. */
export const textOf = (xml: string, name: string): string => unescape(elements(xml, name)[0] ?? '');

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);

export const unescape = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, ...[decimal, hexadecimal, name]: string[]) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hexadecimal) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return entities[name ?? ''] ?? whole;
  });
