import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type {
  Connection,
  ConnectionSort,
  ConnectionStanding,
  HostKeyState,
  Platform,
  RouteAnswer,
  RouteInput,
  routes,
} from '@lockstep/contract';
import { prepared, searchPattern } from '@lockstep/server-database';
import { notFound } from '@lockstep/server-http';
import { OperationQueries, lastEndedStatus } from '@lockstep/server-operations';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { hostKeyStates } from '../host-keys/host-key-states.js';
import { ConnectionEntity } from '../model/connection.entity.js';
import { toConnection } from '../model/connection.mapper.js';
import { readCursor, writeCursor } from './connection-cursor.js';

type ListQuery = RouteInput<typeof routes.listConnections>['query'];

/** `key` is the indexed expression; `value` is what a cursor keeps of a row. */
interface Order {
  readonly key: string;
  readonly value: (entity: ConnectionEntity) => string;
}

const byName: Order = { key: 'lower(connection.name)', value: ({ name }) => name };
const byHost: Order = { key: 'lower(connection.host)', value: ({ host }) => host };
/** Ids are given in the order of creation, and are exact where JavaScript's times are not. */
const byCreation: Order = { key: 'connection.id', value: ({ id }) => String(id) };

const orders: Readonly<Record<ConnectionSort, Order>> = {
  name: byName,
  '-name': byName,
  host: byHost,
  '-host': byHost,
  createdAt: byCreation,
  '-createdAt': byCreation,
};

export interface ConnectionInBrief {
  readonly id: number;
  readonly name: string;
  readonly platform: Platform;
}

const keyWaits = `EXISTS (SELECT FROM host_keys k WHERE k.connection_id = connection.id AND k.accepted_at IS NULL)`;
const lastTest = lastEndedStatus('connection.id', 'ssh_test');

const standings: Readonly<Record<ConnectionStanding, string>> = {
  reachable: `${lastTest} = 'completed'`,
  not_reached: `${lastTest} = 'failed' AND NOT ${keyWaits}`,
  host_key: keyWaits,
  not_tested: `${lastTest} IS NULL AND NOT ${keyWaits}`,
};
/** Some connections: by their ids, or by a tag. */
export type ConnectionChoice = { readonly ids: readonly number[] } | { readonly tag: string };

export interface ConnectionToUse extends ConnectionInBrief {
  readonly hostKeyState: HostKeyState;
}

/** Reading connections, always through the eyes of a user: what one may not see is not there. */
@Injectable()
export class ConnectionQueries {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly operations: OperationQueries,
  ) {}

  async list(userId: number, query: ListQuery): Promise<RouteAnswer<typeof routes.listConnections>> {
    const [total, found] = await Promise.all([this.filtered(userId, query).getCount(), this.page(userId, query)]);
    const entities = found.slice(0, query.limit);
    const last = found.length > query.limit ? entities.at(-1) : undefined;
    const nextCursor = last ? writeCursor(query.sort, orders[query.sort].value(last), last.id) : null;
    return { items: await this.complete(entities), nextCursor, total };
  }

  /** @throws {ProblemException} NOT_FOUND, also for what one may not see. */
  async get(userId: number, id: number): Promise<Connection> {
    const entity = await this.visible(userId)
      .leftJoinAndSelect('connection.credential', 'credential')
      .andWhere('connection.id = :id', { id })
      .getOne();
    const [connection] = entity ? await this.complete([entity]) : [];
    if (!connection) throw notFound('connection');
    return connection;
  }

  /** The names of those that the user may see, of the ids asked for. */
  async names(userId: number, ids: readonly number[]): Promise<Map<number, string>> {
    const found = await this.dataSource.query<{ id: number; name: string }[]>(
      prepared(`SELECT id, name FROM connections
       WHERE deleted_at IS NULL AND id = ANY ($2::integer[])
         AND id IN (SELECT visible.id FROM visible_connection_ids($1) AS visible (id))`),
      [userId, ids],
    );
    return new Map(found.map(({ id, name }) => [id, name]));
  }

  /** What is needed to work on one. @throws {ProblemException} NOT_FOUND, also for what one may not see. */
  async find(userId: number, id: number): Promise<ConnectionInBrief> {
    const [found] = await this.dataSource.query<ConnectionInBrief[]>(
      prepared(`SELECT id, name, platform FROM connections
       WHERE id = $2 AND deleted_at IS NULL
         AND id IN (SELECT visible.id FROM visible_connection_ids($1) AS visible (id))`),
      [userId, id],
    );
    if (!found) throw notFound('connection');
    return found;
  }

  /** Those of the choice that the user may see, by name, with how it stands with their host keys. */
  async choose(userId: number, choice: ConnectionChoice): Promise<ConnectionToUse[]> {
    const query = this.visible(userId);
    if ('ids' in choice) query.andWhere('connection.id = ANY(:ids)', { ids: choice.ids });
    else query.andWhere('connection.tags @> ARRAY[:tag]', { tag: choice.tag });
    const entities = await query
      .addSelect('lower(connection.name)', 'sort_key')
      .orderBy('sort_key')
      .addOrderBy('connection.id')
      .getMany();
    const ids = entities.map(({ id }) => id);
    const states = await hostKeyStates(this.dataSource.manager, ids);
    return entities.map(({ id, name, platform }) => ({
      id,
      name,
      platform,
      hostKeyState: states.get(id) ?? 'unknown',
    }));
  }

  /** Tags of the connections that the user may see, most used first. */
  async tags(userId: number): Promise<{ tag: string; count: number }[]> {
    return this.dataSource.query(
      `SELECT tag, count(*)::integer AS count
       FROM connections connection, unnest(connection.tags) AS tag
       WHERE connection.id IN (SELECT id FROM visible_connection_ids($1) AS id)
       GROUP BY tag ORDER BY count DESC, tag`,
      [userId],
    );
  }

  private page(userId: number, { sort, cursor, limit, ...filter }: ListQuery): Promise<ConnectionEntity[]> {
    const { key } = orders[sort];
    const down = sort.startsWith('-');
    const query = this.filtered(userId, filter).leftJoinAndSelect('connection.credential', 'credential');
    if (cursor !== undefined) {
      const place = readCursor(sort, cursor);
      const value = key === byCreation.key ? ':id' : 'lower(:value)';
      query.andWhere(`(${key}, connection.id) ${down ? '<' : '>'} (${value}, :id)`, place);
    }
    const direction = down ? 'DESC' : 'ASC';
    // An expression to sort by must be selected under a name, or the query builder takes it for a column.
    if (key !== byCreation.key) query.addSelect(key, 'sort_key').orderBy('sort_key', direction);
    return query
      .addOrderBy('connection.id', direction)
      .limit(limit + 1)
      .getMany();
  }

  private filtered(
    userId: number,
    { search, tag, standing }: Pick<ListQuery, 'search' | 'tag' | 'standing'>,
  ): SelectQueryBuilder<ConnectionEntity> {
    const query = this.visible(userId);
    const like = searchPattern(search);
    if (like !== null) {
      query.andWhere(
        '(connection.name ILIKE :like OR connection.host ILIKE :like OR connection.username ILIKE :like)',
        { like },
      );
    }
    if (tag !== undefined) query.andWhere('connection.tags @> ARRAY[:tag]', { tag });
    if (standing !== undefined) query.andWhere(standings[standing]);
    return query;
  }

  private visible(userId: number): SelectQueryBuilder<ConnectionEntity> {
    return this.dataSource
      .createQueryBuilder(ConnectionEntity, 'connection')
      .where('connection.deletedAt IS NULL')
      .andWhere('connection.id IN (SELECT id FROM visible_connection_ids(:userId) AS id)', { userId });
  }

  private async complete(entities: readonly ConnectionEntity[]): Promise<Connection[]> {
    const ids = entities.map(({ id }) => id);
    const [states, tests] = await Promise.all([
      hostKeyStates(this.dataSource.manager, ids),
      this.operations.lastEnded(ids, 'ssh_test'),
    ]);
    return entities.map((entity) =>
      toConnection(entity, { hostKeyState: states.get(entity.id) ?? 'unknown', lastTest: tests.get(entity.id) }),
    );
  }
}
