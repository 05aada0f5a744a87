import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { FleetService, RouteAnswer, RouteInput, ServiceState, routes } from '@lockstep/contract';
import { searchPattern } from '@lockstep/server-database';
import type { DataSource } from 'typeorm';
import { readCursor, writeCursor } from './fleet-cursor.js';

type Query = RouteInput<typeof routes.listFleetServices>['query'];

interface Row {
  readonly connectionId: number;
  readonly connectionName: string;
  readonly name: string;
  readonly description: string;
  readonly state: ServiceState;
  readonly subState: string | null;
  readonly since: Date | null;
  readonly pinned: boolean;
  readonly readAt: Date;
}

const isPinned = 'EXISTS (SELECT FROM pinned_services p WHERE p.connection_id = s.connection_id AND p.name = s.name)';
const from = `FROM services s JOIN connections c ON c.id = s.connection_id`;

/** The services of all connections that a user may see, as they were last seen, by name. */
@Injectable()
export class FleetServices {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async list(userId: number, query: Query): Promise<RouteAnswer<typeof routes.listFleetServices>> {
    const { where, values } = filtered(userId, query);
    const [counted] = await this.dataSource.query<{ total: number }[]>(
      `SELECT count(*)::integer AS total ${from} WHERE ${where.join(' AND ')}`,
      values,
    );
    const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
    const place = [after?.name ?? null, after?.connectionId ?? null, query.limit + 1];
    const [name, connectionId, limit] = place.map((_value, index) => `$${String(values.length + index + 1)}`);
    const rows = await this.dataSource.query<Row[]>(
      `SELECT s.connection_id AS "connectionId", c.name AS "connectionName", s.name, s.description, s.state,
         s.sub_state AS "subState", s.since, ${isPinned} AS pinned, s.read_at AS "readAt"
       ${from} WHERE ${where.join(' AND ')} AND (${name ?? ''}::text IS NULL
         OR (lower(s.name), s.name, s.connection_id) > (lower(${name ?? ''}::text), ${name ?? ''}::text, ${connectionId ?? ''}::integer))
       ORDER BY lower(s.name), s.name, s.connection_id LIMIT ${limit ?? ''}::integer`,
      [...values, ...place],
    );
    const items = rows.slice(0, query.limit).map(toFleetService);
    const last = rows.length > query.limit ? items.at(-1) : undefined;
    return { items, nextCursor: last ? writeCursor(last) : null, total: counted?.total ?? 0 };
  }
}

/** Conditions, and the values that their placeholders stand for. */
function filtered(userId: number, { search, state, pinned, tag }: Query): { where: string[]; values: unknown[] } {
  const values: unknown[] = [userId];
  const where = ['s.connection_id IN (SELECT visible_connection_ids($1))'];
  const add = (condition: (placeholder: string) => string, value: unknown): void => {
    values.push(value);
    where.push(condition(`$${String(values.length)}`));
  };
  const pattern = searchPattern(search);
  if (pattern !== null) add((like) => `(s.name ILIKE ${like} OR c.name ILIKE ${like})`, pattern);
  if (state !== undefined) add((word) => `s.state = ${word}`, state);
  if (tag !== undefined) add((word) => `c.tags @> ARRAY[${word}::text]`, tag);
  if (pinned !== undefined) where.push(pinned === 'true' ? isPinned : `NOT ${isPinned}`);
  return { where, values };
}

const toFleetService = ({ since, readAt, ...row }: Row): FleetService => ({
  ...row,
  since: since?.toISOString() ?? null,
  readAt: readAt.toISOString(),
});
