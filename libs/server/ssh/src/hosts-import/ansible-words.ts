/** Words of an inventory line: quotes keep blanks together and are dropped, `#` begins a comment. */
export function splitWords(content: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (const [index, character] of [...content].entries()) {
    if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '#' && (index === 0 || word === '')) break;
    else if (/\s/.test(character)) {
      if (word !== '') words.push(word);
      word = '';
    } else word += character;
  }
  if (word !== '') words.push(word);
  return words;
}

const range = /^(?<before>[^[]*)\[(?<from>\d+|[A-Za-z]):(?<to>\d+|[A-Za-z])(?::(?<step>\d+))?\](?<after>.*)$/;

/**
 * Expands `web[01:12]`, `db-[a:f]` and several of them in one name. Returns null when a range cannot be read or makes
 * more than `maximum` names.
 */
export function expandRange(pattern: string, maximum: number): string[] | null {
  if (!pattern.includes('[')) return maximum >= 1 ? [pattern] : null;
  const parts = range.exec(pattern)?.groups;
  if (!parts) return null;
  const { before = '', from = '', to = '', after = '' } = parts;
  const values = valuesBetween({ from, to, step: Number(parts['step'] ?? 1) }, maximum);
  if (values === null) return null;
  const names: string[] = [];
  for (const value of values) {
    const rest = expandRange(after, maximum - names.length);
    if (rest === null) return null;
    names.push(...rest.map((tail) => `${before}${value}${tail}`));
  }
  return names.length <= maximum ? names : null;
}

function valuesBetween(limits: { from: string; to: string; step: number }, maximum: number): string[] | null {
  const { from, to, step } = limits;
  const numeric = /^\d+$/.test(from);
  if (numeric !== /^\d+$/.test(to) || step < 1) return null;
  const [first, last] = numeric ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)];
  if (last < first || (last - first) / step >= maximum) return null;
  const width = numeric && from.startsWith('0') ? from.length : 0;
  const values: string[] = [];
  for (let value = first; value <= last; value += step) {
    values.push(numeric ? String(value).padStart(width, '0') : String.fromCharCode(value));
  }
  return values;
}
