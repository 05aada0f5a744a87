import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import {
  type CreatedBy,
  type Operation,
  type OperationEvent,
  OperationId,
  type OperationStatus,
  type OperationType,
} from '@lockstep/contract';
import { ProblemException, notFound } from '@lockstep/server-http';
import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { OperationEventEntity } from '../model/operation-event.entity.js';
import { OperationEntity } from '../model/operation.entity.js';
import { toOperation, toOperationEvent } from '../model/operation.mapper.js';

export interface OperationFilter {
  readonly connectionId?: number | undefined;
  readonly type?: readonly OperationType[] | undefined;
  readonly status?: readonly OperationStatus[] | undefined;
  readonly createdBy?: readonly CreatedBy[] | undefined;
  readonly parentId?: string | undefined;
}

const isAdministrator = `EXISTS (SELECT FROM users u WHERE u.id = :userId AND u.role = 'administrator' AND NOT u.disabled)`;

/** SQL: the status of the newest ended operation of a type, or null. `connectionId` is SQL too, for example a column. */
export const lastEndedStatus = (connectionId: string, type: OperationType): string =>
  `(SELECT o.status FROM operations o
    WHERE o.connection_id = ${connectionId} AND o.type = '${type}' AND o.completed_at IS NOT NULL
    ORDER BY o.started_at DESC, o.id DESC LIMIT 1)`;

/** Reading operations, always through the eyes of a user: what one may not see is not there. */
@Injectable()
export class OperationQueries {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Newest first. Ids are UUIDv7 and so sort by time; the cursor is the last id of the page before. */
  async list(
    userId: number,
    filter: OperationFilter,
    page: { cursor: string | undefined; limit: number },
  ): Promise<{ items: Operation[]; nextCursor: string | null; total: number }> {
    const query = this.filtered(userId, filter);
    const total = await query.getCount();
    if (page.cursor !== undefined) query.andWhere('operation.id < :cursor', { cursor: readCursor(page.cursor) });
    const entities = await query
      .orderBy('operation.id', 'DESC')
      .limit(page.limit + 1)
      .getMany();
    const items = entities.slice(0, page.limit).map(toOperation);
    return { items, nextCursor: entities.length > page.limit ? (items.at(-1)?.id ?? null) : null, total };
  }

  /** @throws NOT_FOUND when it does not exist or may not be seen */
  async get(userId: number, id: string): Promise<Operation> {
    // Asked for one connection: a subquery of all that one may see would be computed as a whole.
    const entity = await this.dataSource
      .createQueryBuilder(OperationEntity, 'operation')
      .where('operation.id = :id', { id })
      .andWhere(
        `(EXISTS (SELECT FROM visible_connection_ids(:userId) AS visible WHERE visible = operation.connectionId)
            OR ${isAdministrator})`,
        { userId },
      )
      .getOne();
    if (!entity) throw notFound('operation');
    return toOperation(entity);
  }

  /**
   * Stopping one, or starting it again, works on the hosts of its children too, so one must be allowed to see them all.
   * @throws {ProblemException} NOT_FOUND, PERMISSION_DENIED
   */
  async assertMayChange(userId: number, id: string): Promise<void> {
    await this.get(userId, id);
    const children = await this.dataSource.manager.countBy(OperationEntity, { parentId: id });
    if (children === 0) return;
    const seen = await this.filtered(userId, { parentId: id }).getCount();
    if (seen < children)
      throw new ProblemException('PERMISSION_DENIED', 'It works on other hosts too, and not all are yours to use.');
  }

  /** All active operations that the user may see, oldest first. */
  async active(userId: number): Promise<Operation[]> {
    const entities = await this.visible(userId)
      .andWhere(`operation.status IN ('pending', 'in_progress')`)
      .orderBy('operation.id')
      .getMany();
    return entities.map(toOperation);
  }

  /** Events after a sequence, in order. Visibility was checked before. */
  async events(operationId: string, after: number, limit: number): Promise<OperationEvent[]> {
    const entities = await this.dataSource
      .createQueryBuilder(OperationEventEntity, 'event')
      .where('event.operationId = :operationId AND event.sequence > :after', { operationId, after })
      .orderBy('event.sequence')
      .limit(limit)
      .getMany();
    return entities.map(toOperationEvent);
  }

  /** Where an operation stands; undefined when it was removed. Visibility was checked before. */
  async state(id: string): Promise<{ ended: boolean; sequence: number } | undefined> {
    const [row] = await this.dataSource.query<{ ended: boolean; sequence: number }[]>(
      `SELECT completed_at IS NOT NULL AS ended, sequence FROM operations WHERE id = $1`,
      [id],
    );
    return row;
  }

  /** The newest ended operation of a type, and of one target where it is named, for each of the connections. */
  async lastEnded(
    connectionIds: readonly number[],
    type: OperationType,
    target: string | null = null,
  ): Promise<Map<number, Operation>> {
    if (connectionIds.length === 0) return new Map();
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT last.id FROM unnest($1::integer[]) AS wanted (id)
       CROSS JOIN LATERAL (
         SELECT o.id FROM operations o
         WHERE o.connection_id = wanted.id AND o.type = $2 AND o.completed_at IS NOT NULL
           AND ($3::text IS NULL OR o.target = $3)
         ORDER BY o.started_at DESC, o.id DESC LIMIT 1
       ) AS last`,
      [connectionIds, type, target],
    );
    const entities = await this.dataSource
      .createQueryBuilder(OperationEntity, 'operation')
      .where('operation.id = ANY(:ids)', { ids: rows.map(({ id }) => id) })
      .getMany();
    return new Map(entities.map((entity) => [entity.connectionId, toOperation(entity)]));
  }

  private filtered(userId: number, filter: OperationFilter): SelectQueryBuilder<OperationEntity> {
    const query = this.visible(userId);
    const { connectionId, type, status, createdBy, parentId } = filter;
    if (connectionId !== undefined) query.andWhere('operation.connectionId = :connectionId', { connectionId });
    if (type) query.andWhere('operation.type = ANY(:type)', { type });
    if (status) query.andWhere('operation.status = ANY(:status)', { status });
    if (createdBy) query.andWhere('operation.createdBy = ANY(:createdBy)', { createdBy });
    if (parentId !== undefined) query.andWhere('operation.parentId = :parentId', { parentId });
    return query;
  }

  /** An administrator also sees the operations of connections that were removed. */
  private visible(userId: number): SelectQueryBuilder<OperationEntity> {
    return this.dataSource
      .createQueryBuilder(OperationEntity, 'operation')
      .where(`(operation.connectionId IN (SELECT visible_connection_ids(:userId)) OR ${isAdministrator})`, { userId });
  }
}

/** @throws {ProblemException} VALIDATION_FAILED for what is no operation's id. */
function readCursor(cursor: string): string {
  const read = OperationId.safeParse(cursor);
  if (read.success) return read.data;
  const message = 'is not the nextCursor of a page';
  const errors = [{ path: 'query.cursor', message }];
  throw new ProblemException('VALIDATION_FAILED', `query.cursor: ${message}`, { errors });
}
