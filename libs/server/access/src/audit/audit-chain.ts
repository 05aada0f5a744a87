import { createHmac } from 'node:crypto';

/** Everything of an audit entry that its hash covers. `at` has whole milliseconds. */
export interface ChainedEntry {
  readonly id: number;
  readonly at: Date;
  readonly actor: unknown;
  readonly action: string;
  readonly subject: string;
  readonly result: string;
  readonly detail: unknown;
}

/** JSON with sorted names: jsonb does not keep their order, and a hash must not depend on it. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]) => [name, canonical(item)]),
  );
}

/** HMAC-SHA-256 over the entry before and this entry, so that none can be changed, left out or moved unseen. */
export function hashEntry(key: Buffer, previous: Buffer, entry: ChainedEntry): Buffer {
  const { id, at, actor, action, subject, result, detail } = entry;
  const fields = [id, at.toISOString(), canonical(actor), action, subject, result, canonical(detail)];
  return createHmac('sha256', key).update('entry\n').update(previous).update(JSON.stringify(fields)).digest();
}

/** Seals which entry is the newest. Without the key no other head can be made, so a cut at the end is missed. */
export const sealHead = (key: Buffer, entryId: number, hash: Buffer): Buffer =>
  createHmac('sha256', key).update(`head\n${entryId}\n`).update(hash).digest();
