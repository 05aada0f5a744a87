import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { OperationStatus, RollingRestart } from '@lockstep/contract';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { type RollingProgress, progressOf } from './rolling-progress.js';
import { RollingRestartEntity } from './rolling-restart.entity.js';

/** A host with how its operation stands. */
export interface TargetRow {
  readonly connectionId: number;
  readonly connectionName: string;
  readonly operationId: string | null;
  readonly operation: OperationStatus | null;
  /** Why it could not be begun when its turn came. */
  readonly refusal: string | null;
  readonly endedAt: Date | null;
  /** Whether the user who asks may see it. */
  readonly visible: boolean;
}

/** A rolling restart as it stands now. */
export interface RollingState {
  readonly rolling: RollingRestartEntity;
  readonly targets: readonly TargetRow[];
  readonly progress: RollingProgress;
}

/** What is seen where nobody asks: the runner decides by all of them. */
const nobody = 0;

/** Reads rolling restarts together with the operations of their hosts. */
@Injectable()
export class RollingStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** In the order of the ids; those that do not exist are left out. */
  async read(
    ids: readonly string[],
    userId = nobody,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<RollingState[]> {
    const entities = await manager.findBy(RollingRestartEntity, { id: In([...ids]) });
    const byId = new Map(entities.map((entity) => [entity.id, entity]));
    const targets = await this.targets(ids, userId, manager);
    return ids.flatMap((id) => {
      const rolling = byId.get(id);
      return rolling ? [toState(rolling, targets.get(id) ?? [])] : [];
    });
  }

  /** An administrator also sees connections that were removed, as with operations. */
  private async targets(
    ids: readonly string[],
    userId: number,
    manager: EntityManager,
  ): Promise<Map<string, TargetRow[]>> {
    const rows = await manager.query<(TargetRow & { rollingId: string })[]>(
      `SELECT t.rolling_restart_id AS "rollingId", t.connection_id AS "connectionId",
         t.connection_name AS "connectionName", t.operation_id AS "operationId", t.refusal,
         coalesce(t.outcome, o.status) AS operation, o.completed_at AS "endedAt",
         t.connection_id IN (SELECT visible_connection_ids($2))
           OR EXISTS (SELECT FROM users u WHERE u.id = $2 AND u.role = 'administrator' AND NOT u.disabled) AS visible
       FROM rolling_restart_targets t LEFT JOIN operations o ON o.id = t.operation_id
       WHERE t.rolling_restart_id = ANY($1) ORDER BY t.place`,
      [ids, userId],
    );
    const found = new Map<string, TargetRow[]>();
    for (const { rollingId, ...row } of rows) found.set(rollingId, [...(found.get(rollingId) ?? []), row]);
    return found;
  }
}

function toState(rolling: RollingRestartEntity, targets: readonly TargetRow[]): RollingState {
  const { atOnce, stopAfterFailures, cancelledAt } = rolling;
  const hosts = targets.map(({ operation, refusal }) => ({ operation, refused: refusal !== null }));
  const progress = progressOf({ atOnce, stopAfterFailures, cancelled: cancelledAt !== null }, hosts);
  return { rolling, targets, progress };
}

/** When the last thing about it happened: what it ends with. */
export const endOf = ({ rolling, targets }: RollingState): Date =>
  new Date(
    Math.max(
      rolling.startedAt.getTime(),
      rolling.cancelledAt?.getTime() ?? 0,
      ...targets.map(({ endedAt }) => endedAt?.getTime() ?? 0),
    ),
  );

/** As the wire shows it, with the hosts that the user who asked may see. */
export function toRollingRestart(state: RollingState): RollingRestart {
  const { rolling, targets, progress } = state;
  const { id, service, atOnce, stopAfterFailures, createdBy, actor } = rolling;
  const completedAt = rolling.completedAt ?? (progress.status === 'running' ? null : endOf(state));
  return {
    id,
    service,
    status: progress.status,
    atOnce,
    stopAfterFailures,
    createdBy,
    actor,
    startedAt: rolling.startedAt.toISOString(),
    completedAt: completedAt?.toISOString() ?? null,
    targets: targets.flatMap(({ connectionId, connectionName, operationId, refusal, visible }, place) =>
      visible
        ? [{ connectionId, connectionName, operationId, refusal, status: progress.targets[place] ?? 'waiting' }]
        : [],
    ),
  };
}
