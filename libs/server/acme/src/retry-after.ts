const farthestMs = 31 * 86_400_000;

/** When a `Retry-After` header says to come back (RFC 9110 §10.2.3: seconds or a date), at most a month ahead. */
export function readRetryAfter(header: unknown, now: Date): Date | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined;
  const at = /^\d+$/.test(header.trim()) ? now.getTime() + Number(header) * 1_000 : Date.parse(header);
  if (Number.isNaN(at)) return undefined;
  return new Date(Math.min(Math.max(at, now.getTime()), now.getTime() + farthestMs));
}
