/** Text that Postgres' jsonb and every screen can hold: no NUL, no lone surrogates. */
export const cleanText = (text: string): string => text.replaceAll('\u0000', '\uFFFD').toWellFormed();

/** The same for a tree of facts. */
export const cleanFacts = (facts: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(
    JSON.stringify(facts, (_key, value: unknown) => (typeof value === 'string' ? cleanText(value) : value)),
  ) as Record<string, unknown>;

/** The first `bytes` of a text, not cutting a character. */
export function truncate(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  return buffer.length <= bytes
    ? text
    : buffer
        .subarray(0, bytes)
        .toString('utf8')
        .replace(/\uFFFD+$/, '');
}
