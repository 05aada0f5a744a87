import type { Schedule, ScheduleRun } from '@lockstep/contract';
import type { ScheduleEntity } from './schedule.entity.js';

/** What the row itself does not know: how the one who asks sees it. */
export interface ScheduleView {
  readonly mayChange: boolean;
  /** Names of the connections that one may see, by id. */
  readonly connectionNames: ReadonlyMap<number, string>;
  readonly certificateNames: ReadonlyMap<number, string>;
  readonly lastRun: ScheduleRun | undefined;
}

/** The row as the wire shows it. Who may change it sees all that it names; others what they may see of that. */
export function toSchedule(entity: ScheduleEntity, view: ScheduleView): Schedule {
  const names = entity.certificateIds === null ? view.connectionNames : view.certificateNames;
  const shown = (ids: number[] | null): number[] | null =>
    ids && (view.mayChange ? ids : ids.filter((id) => names.has(id)));
  const connectionIds = shown(entity.connectionIds);
  const certificateIds = shown(entity.certificateIds);
  return {
    id: entity.id,
    name: entity.name,
    type: entity.type,
    connectionIds,
    tag: entity.tag,
    certificateIds,
    targets: (connectionIds ?? certificateIds ?? []).map((id) => ({ id, name: names.get(id) ?? null })),
    service: entity.service,
    atOnce: entity.atOnce,
    stopAfterFailures: entity.stopAfterFailures,
    onlyDue: entity.onlyDue,
    cron: entity.cron,
    timeZone: entity.timeZone,
    enabled: entity.enabled,
    owner: { id: entity.ownerId, name: entity.ownerName },
    mayChange: view.mayChange,
    nextRun: entity.nextRun?.toISOString() ?? null,
    lastRun: view.lastRun ?? null,
    createdAt: entity.createdAt.toISOString(),
    updatedAt: entity.updatedAt.toISOString(),
  };
}
