import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import {
  type OperationStatus,
  type RollingRestart,
  type RouteAnswer,
  type ScheduleRun,
  type ScheduleRunDetail,
  ScheduleRunId,
  type ScheduleRunTarget,
  type routes,
} from '@lockstep/contract';
import { ProblemException, notFound } from '@lockstep/server-http';
import { RollingRestartsService } from '@lockstep/server-services';
import { DataSource, In } from 'typeorm';
import { ScheduleRunEntity } from '../model/schedule-run.entity.js';
import { outcomeOf, toScheduleRun } from './run-outcome.js';

type RunPage = RouteAnswer<typeof routes.listScheduleRuns>;

interface TargetRow extends ScheduleRunTarget {
  readonly runId: string;
}

/**
 * What the user may see of the targets: those on connections that one may see, and whatever one's own schedules
 * and runs have skipped, because one has to know. An administrator also sees what was done on connections that were removed.
 */
const shownTargets = `
  SELECT t.run_id AS "runId", t.connection_id AS "connectionId", t.connection_name AS "connectionName",
    t.certificate_id AS "certificateId", t.certificate_name AS "certificateName", t.result,
    t.operation_id AS "operationId", o.status AS "operationStatus", t.reason
  FROM schedule_run_targets t
    JOIN schedule_runs r ON r.id = t.run_id JOIN schedules s ON s.id = r.schedule_id
    LEFT JOIN operations o ON o.id = t.operation_id
  WHERE t.run_id = ANY($2) AND (
    t.connection_id IN (SELECT visible.id FROM visible_connection_ids($1) AS visible (id))
    OR (t.result = 'skipped' AND (s.owner_id = $1 OR r.actor @> jsonb_build_object('kind', 'user', 'id', $1::text)))
    OR EXISTS (SELECT FROM users u WHERE u.id = $1 AND u.role = 'administrator' AND NOT u.disabled))
  ORDER BY t.run_id, t.place`;

/** Reading runs, through the eyes of a user who may see their schedule. */
@Injectable()
export class ScheduleRunQueries {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly rolling: RollingRestartsService,
  ) {}

  /** Newest first. Ids are UUIDv7 and so sort by time; the cursor is the last id of the page before. */
  async list(
    userId: number,
    scheduleId: number,
    page: { cursor: string | undefined; limit: number },
  ): Promise<RunPage> {
    const before = page.cursor === undefined ? null : readCursor(page.cursor);
    const total = await this.dataSource.manager.countBy(ScheduleRunEntity, { scheduleId });
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM schedule_runs WHERE schedule_id = $1 AND ($2::uuid IS NULL OR id < $2::uuid)
       ORDER BY id DESC LIMIT $3`,
      [scheduleId, before, page.limit + 1],
    );
    const ids = rows.slice(0, page.limit).map(({ id }) => id);
    const items = (await this.read(userId, ids)).map(toScheduleRun);
    return { items, nextCursor: rows.length > page.limit ? (ids.at(-1) ?? null) : null, total };
  }

  /** @throws {ProblemException} NOT_FOUND */
  async get(userId: number, scheduleId: number, id: string): Promise<ScheduleRunDetail> {
    const [run] = await this.read(userId, [id]);
    if (run?.scheduleId !== scheduleId) throw notFound('run of this schedule');
    return run;
  }

  /** The newest run of each schedule that has one. */
  async last(userId: number, scheduleIds: readonly number[]): Promise<Map<number, ScheduleRun>> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT last.id FROM unnest($1::integer[]) AS wanted (id) CROSS JOIN LATERAL (
         SELECT r.id FROM schedule_runs r WHERE r.schedule_id = wanted.id ORDER BY r.id DESC LIMIT 1) AS last`,
      [scheduleIds],
    );
    const runs = await this.read(
      userId,
      rows.map(({ id }) => id),
    );
    return new Map(runs.map((run) => [run.scheduleId, toScheduleRun(run)]));
  }

  /** In the order of the ids. */
  private async read(userId: number, ids: readonly string[]): Promise<ScheduleRunDetail[]> {
    const entities = await this.dataSource.manager.findBy(ScheduleRunEntity, { id: In([...ids]) });
    const targets = await this.dataSource.query<TargetRow[]>(shownTargets, [userId, ids]);
    const rollingIds = entities.flatMap(({ rollingRestartId }) => rollingRestartId ?? []);
    const rolling = new Map((await this.rolling.read(userId, rollingIds)).map((one) => [one.id, one]));
    return ids.flatMap((id) => {
      const entity = entities.find((run) => run.id === id);
      if (!entity) return [];
      const own = targets.filter(({ runId }) => runId === id).map(({ runId: _, ...target }) => target);
      const restart = rolling.get(entity.rollingRestartId ?? '');
      return [toDetail(entity, restart ? own.map((target) => withOperation(target, restart)) : own, restart)];
    });
  }
}

/** A rolling restart knows the operations of its hosts, and why one could not be begun when its turn came. */
function withOperation(target: ScheduleRunTarget, { targets }: RollingRestart): ScheduleRunTarget {
  const host = targets.find(({ connectionId }) => connectionId === target.connectionId);
  if (!host || target.result === 'skipped') return target;
  const { operationId, status, refusal } = host;
  const operationStatus: OperationStatus | null = status === 'waiting' || status === 'not_begun' ? null : status;
  return { ...target, operationId, operationStatus, reason: refusal };
}

function toDetail(
  entity: ScheduleRunEntity,
  targets: ScheduleRunTarget[],
  rolling: RollingRestart | undefined,
): ScheduleRunDetail {
  const { id, scheduleId, slot, firedAt, missed, createdBy, actor, rollingRestartId } = entity;
  const count = (fits: (target: ScheduleRunTarget) => boolean): number => targets.filter(fits).length;
  return {
    id,
    scheduleId,
    slot: slot?.toISOString() ?? null,
    firedAt: firedAt.toISOString(),
    missed,
    createdBy,
    actor,
    outcome: outcomeOf(targets, rolling?.status),
    started: count(({ result }) => result === 'started'),
    joined: count(({ result }) => result === 'joined'),
    skipped: count(({ result }) => result === 'skipped'),
    failed: count(({ operationStatus }) => operationStatus === 'failed' || operationStatus === 'cancelled'),
    rollingRestartId,
    targets,
  };
}

/** @throws {ProblemException} VALIDATION_FAILED for what is no run's id. */
function readCursor(cursor: string): string {
  const read = ScheduleRunId.safeParse(cursor);
  if (read.success) return read.data;
  const message = 'is not the nextCursor of a page';
  const errors = [{ path: 'query.cursor', message }];
  throw new ProblemException('VALIDATION_FAILED', `query.cursor: ${message}`, { errors });
}
