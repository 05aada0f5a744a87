import type { ImportedHost, SkippedHost } from '@lockstep/server-ssh';

/** A host to be made, and what it goes through: another one of the import, by its index, or a connection that exists. */
export interface PlannedHost {
  readonly host: ImportedHost;
  readonly jump: { readonly name: string } | { readonly connectionId: number } | null;
}

export interface ImportPlan {
  readonly hosts: readonly PlannedHost[];
  readonly skipped: readonly SkippedHost[];
}

const key = (name: string): string => name.toLowerCase();

/**
 * Finds what each host goes through. `existing` has the ids of connections by lower-case name. A host is left out, with
 * the reason, when its jump host is not known, is left out itself, or leads back to it.
 */
export function resolveJumps(items: readonly ImportedHost[], existing: ReadonlyMap<string, number>): ImportPlan {
  const byName = new Map(items.map((item) => [key(item.name), item]));
  const reasons = new Map<ImportedHost, string | null>();
  const judge = (item: ImportedHost, way: readonly ImportedHost[]): string | null => {
    const known = reasons.get(item);
    if (known !== undefined) return known;
    const reason = way.includes(item) ? 'its jump hosts lead round in a circle' : judgeJump(item, way);
    if (!way.includes(item)) reasons.set(item, reason);
    return reason;
  };
  const judgeJump = (item: ImportedHost, way: readonly ImportedHost[]): string | null => {
    if (item.jump === null) return null;
    const jump = byName.get(key(item.jump));
    if (!jump)
      return existing.has(key(item.jump))
        ? null
        : `its jump host «${item.jump}» is neither in the text nor a connection`;
    const why = judge(jump, [...way, item]);
    return why === null ? null : `its jump host «${item.jump}» is left out: ${why}`;
  };
  const skipped: SkippedHost[] = [];
  const hosts: PlannedHost[] = [];
  for (const item of items) {
    const reason = judge(item, []);
    if (reason === null) hosts.push({ host: item, jump: jumpOf(item, { byName, existing }) });
    else skipped.push({ line: item.line, name: item.name, reason });
  }
  return { hosts, skipped };
}

function jumpOf(
  item: ImportedHost,
  known: { byName: ReadonlyMap<string, ImportedHost>; existing: ReadonlyMap<string, number> },
): PlannedHost['jump'] {
  if (item.jump === null) return null;
  const jump = known.byName.get(key(item.jump));
  if (jump) return { name: key(jump.name) };
  const connectionId = known.existing.get(key(item.jump));
  return connectionId === undefined ? null : { connectionId };
}
