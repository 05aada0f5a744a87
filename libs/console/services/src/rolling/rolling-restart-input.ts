import { ServiceName, type RollingRestartInput } from '@lockstep/contract';

/** What the dialog holds: all text, as one types it. */
export interface RollingModel {
  readonly service: string;
  readonly tag: string;
  readonly atOnce: string;
  readonly stopAfterFailures: string;
}

/** As it goes over the wire; null while something is missing or does not fit. */
export function inputOf(model: RollingModel, connectionIds: readonly number[] | null): RollingRestartInput | null {
  const service = ServiceName.safeParse(model.service.trim());
  const atOnce = wholeNumber(model.atOnce, 50);
  const stopAfterFailures = wholeNumber(model.stopAfterFailures, 500);
  if (!service.success || atOnce === null || stopAfterFailures === null) return null;
  const common = { service: service.data, atOnce, stopAfterFailures };
  if (connectionIds !== null) return { ...common, connectionIds: [...connectionIds] };
  return model.tag === '' ? null : { ...common, tag: model.tag };
}

/** 1 to `most`; null for everything else. */
export function wholeNumber(text: string, most: number): number | null {
  const value = /^\s*\d{1,4}\s*$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : null;
}

/** Names seen on the chosen hosts, on how many of them; the most common first. */
export function namesByHosts(
  seen: readonly { readonly name: string; readonly pinned: boolean }[],
): readonly { readonly name: string; readonly hosts: number }[] {
  const counts = new Map<string, { hosts: number; pinned: boolean }>();
  for (const { name, pinned } of seen) {
    const count = counts.get(name) ?? { hosts: 0, pinned: false };
    counts.set(name, { hosts: count.hosts + 1, pinned: count.pinned || pinned });
  }
  return [...counts]
    .map(([name, { hosts, pinned }]) => ({ name, hosts, pinned }))
    .sort(
      (left, right) =>
        Number(right.pinned) - Number(left.pinned) || right.hosts - left.hosts || left.name.localeCompare(right.name),
    )
    .map(({ name, hosts }) => ({ name, hosts }));
}
