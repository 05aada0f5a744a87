const secretName = /passw|passphrase|secret|private.?key|credential$|token$|authorization|cookie/i;

/**
 * The detail of an audit entry as it is kept: plain JSON without what Postgres cannot hold (NUL, lone surrogates).
 * The value of a name that sounds like a secret is left out, should a caller ever forget; ids and flags stay.
 */
export function cleanDetail(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return secretName.test(name) ? '(left out)' : cleanText(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => cleanDetail(item, name));
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return undefined;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [cleanText(key), cleanDetail(item, key)]),
  );
}

export const cleanText = (text: string): string => text.replaceAll('\0', '').replace(/\p{Cs}/gu, '\u{FFFD}');
