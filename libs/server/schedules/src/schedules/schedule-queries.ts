import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { RouteAnswer, RouteInput, Schedule, SchedulePreview, routes } from '@lockstep/contract';
import type { SignedInActor } from '@lockstep/server-access';
import { CertificateQueries } from '@lockstep/server-certificates';
import { ConnectionQueries } from '@lockstep/server-connections';
import { searchPattern } from '@lockstep/server-database';
import { notFound } from '@lockstep/server-http';
import { DataSource, In } from 'typeorm';
import { nextClockChange } from '../cron/clock-changes.js';
import { CronTimes } from '../cron/cron-times.js';
import { ScheduleEntity } from '../model/schedule.entity.js';
import { toSchedule } from '../model/schedule.mapper.js';
import { ScheduleRunQueries } from '../runs/schedule-run-queries.js';
import { readCursor, writeCursor } from './schedule-cursor.js';

type ListQuery = RouteInput<typeof routes.listSchedules>['query'];

/** One's own, those that concern what one may see, and for an administrator all. */
const visible = `(s.owner_id = $1
  OR s.connection_ids && ARRAY(SELECT visible_connection_ids($1))
  OR s.certificate_ids && ARRAY(SELECT visible_certificate_ids($1))
  OR EXISTS (SELECT FROM connections c WHERE c.deleted_at IS NULL AND c.tags @> ARRAY[s.tag]
    AND c.id IN (SELECT visible_connection_ids($1)))
  OR EXISTS (SELECT FROM users u WHERE u.id = $1 AND u.role = 'administrator' AND NOT u.disabled))`;

const shownRuns = 5;

/** Whether someone may change or remove a schedule. An API token does not do so beyond its own role. */
export const mayChange = ({ userId, role }: SignedInActor, { ownerId }: ScheduleEntity): boolean =>
  role === 'administrator' || (role === 'operator' && ownerId === userId);

/** Reading schedules, through the eyes of a user: what one may not see is not there. */
@Injectable()
export class ScheduleQueries {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ConnectionQueries,
    private readonly certificates: CertificateQueries,
    private readonly runs: ScheduleRunQueries,
  ) {}

  /** By name. */
  async list(actor: SignedInActor, query: ListQuery): Promise<RouteAnswer<typeof routes.listSchedules>> {
    const place = query.cursor === undefined ? null : readCursor(query.cursor);
    const like = searchPattern(query.search);
    const found = `FROM schedules s WHERE ${visible} AND ($2::text IS NULL OR s.name ILIKE $2)`;
    const [counted] = await this.dataSource.query<{ total: number }[]>(`SELECT count(*)::integer AS total ${found}`, [
      actor.userId,
      like,
    ]);
    const rows = await this.dataSource.query<{ id: number; name: string }[]>(
      `SELECT s.id, s.name ${found} AND ($3::text IS NULL OR (lower(s.name), s.id) > (lower($3), $4::integer))
       ORDER BY lower(s.name), s.id LIMIT $5`,
      [actor.userId, like, place?.name ?? null, place?.id ?? null, query.limit + 1],
    );
    const shown = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? shown.at(-1) : undefined;
    const items = await this.complete(
      actor,
      shown.map(({ id }) => id),
    );
    return { items, nextCursor: last ? writeCursor(last.name, last.id) : null, total: counted?.total ?? 0 };
  }

  /** @throws {ProblemException} NOT_FOUND, also for what one may not see. */
  async get(actor: SignedInActor, id: number): Promise<Schedule> {
    await this.find(actor.userId, id);
    const [schedule] = await this.complete(actor, [id]);
    if (!schedule) throw notFound('schedule');
    return schedule;
  }

  /** @throws {ProblemException} NOT_FOUND, also for what one may not see. */
  async find(userId: number, id: number): Promise<ScheduleEntity> {
    const rows = await this.dataSource.query<unknown[]>(`SELECT FROM schedules s WHERE ${visible} AND s.id = $2`, [
      userId,
      id,
    ]);
    const entity = rows.length === 0 ? null : await this.dataSource.manager.findOneBy(ScheduleEntity, { id });
    if (!entity) throw notFound('schedule');
    return entity;
  }

  /** @throws {ProblemException} VALIDATION_FAILED */
  async preview({ cron, timeZone }: { cron: string; timeZone: string }): Promise<SchedulePreview> {
    const times = new CronTimes(cron, timeZone, 'query');
    const now = await databaseNow(this.dataSource);
    return {
      runs: times.upcoming(shownRuns, now).map((run) => run.toISOString()),
      clockChange: nextClockChange(times, timeZone, now),
    };
  }

  /** In the order of the ids. */
  private async complete(actor: SignedInActor, ids: readonly number[]): Promise<Schedule[]> {
    const entities = await this.dataSource.manager.findBy(ScheduleEntity, { id: In([...ids]) });
    const byId = new Map(entities.map((entity) => [entity.id, entity]));
    const [connectionNames, certificates, lastRuns] = await Promise.all([
      this.connections.names(
        actor.userId,
        entities.flatMap(({ connectionIds }) => connectionIds ?? []),
      ),
      this.certificates.choose(actor.userId, { ids: entities.flatMap(({ certificateIds }) => certificateIds ?? []) }),
      this.runs.last(actor.userId, ids),
    ]);
    const certificateNames = new Map(certificates.map(({ id, name }) => [id, name]));
    return ids.flatMap((id) => {
      const entity = byId.get(id);
      if (!entity) return [];
      const view = {
        connectionNames,
        certificateNames,
        lastRun: lastRuns.get(id),
        mayChange: mayChange(actor, entity),
      };
      return [toSchedule(entity, view)];
    });
  }
}

/** Schedules go by the database's clock, which all replicas share. */
export async function databaseNow(database: Pick<DataSource, 'query'>): Promise<Date> {
  const [row] = await database.query<{ now: Date }[]>('SELECT clock_timestamp() AS now');
  return row?.now ?? new Date();
}
