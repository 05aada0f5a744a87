import { createHash } from 'node:crypto';
import pg from 'pg';

const mark = '/* prepared */ ';
const names = new Map<string, string>();

/**
 * Marks a statement that runs often: each session of Postgres plans it once instead of every time, which is most of the
 * time of a short one. Its text must be one of a few, and it must name its columns: a plan whose result has another shape
 * after a migration of another replica is refused (`cached plan must not change result type`).
 */
export const prepared = (statement: string): string => mark + statement;

/** Client of the pool that gives marked statements a name. TypeORM hands texts through and has no other way to say so. */
export class PreparingClient extends pg.Client {
  override query(...call: unknown[]): never {
    const [text, values, ...more] = call;
    const named =
      typeof text === 'string' && text.startsWith(mark) && Array.isArray(values)
        ? [{ name: nameOf(text), text, values: values as unknown[] }, ...more]
        : call;
    return (super.query as (...call: unknown[]) => never).apply(this, named);
  }
}

/** Postgres takes names of at most 63 bytes. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = createHash('sha256').update(text).digest('base64url')));
  return name;
}
