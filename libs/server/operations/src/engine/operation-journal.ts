import { Injectable } from '@nestjs/common';
import type { LogLine, OperationEventKind } from '@lockstep/contract';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { OperationEntity } from '../model/operation.entity.js';
import { toOperation } from '../model/operation.mapper.js';
import { type TransitionName, transitionFrom } from '../model/transitions.js';

export interface LockedOperation {
  readonly operation: OperationEntity;
  /** The database's clock at the lock. */
  readonly now: Date;
}

/** Channel of the hints that a connection has new events; the payload is its id. */
export const EVENTS_CHANNEL = 'operation_events';

/**
 * Writes operations and their events, always both in the caller's transaction. Lock order everywhere: first the row of the
 * operation, then the row of the connection's stream.
 */
@Injectable()
export class OperationJournal {
  /** Locks the operation until the transaction ends. Undefined: there is none. */
  async lock(transaction: EntityManager, id: string): Promise<LockedOperation | undefined> {
    const { entities, raw } = await transaction
      .createQueryBuilder(OperationEntity, 'operation')
      .addSelect('clock_timestamp()', 'now')
      .where('operation.id = :id', { id })
      .setLock('pessimistic_write')
      .getRawAndEntities<{ now: Date }>();
    const [operation] = entities;
    const now = raw[0]?.now;
    return operation && now ? { operation, now } : undefined;
  }

  /** Carries out a named transition with what comes along, and its event. */
  async transition(
    transaction: EntityManager,
    operation: OperationEntity,
    change: { name: TransitionName; with: Partial<OperationEntity> },
  ): Promise<void> {
    const { to, event } = transitionFrom(operation.status, change.name);
    await this.change(transaction, operation, { kind: event, with: { ...change.with, ...to } });
  }

  /** Changes the locked operation and records the event that says so. */
  async change(
    transaction: EntityManager,
    operation: OperationEntity,
    change: { kind: OperationEventKind; with: Partial<OperationEntity> },
  ): Promise<void> {
    const fields = { ...change.with, sequence: operation.sequence + 1 };
    Object.assign(operation, fields);
    await this.update(transaction, operation.id, fields);
    await this.append(transaction, operation, { kind: change.kind, data: { operation: toOperation(operation) } });
  }

  /** Records lines of the log; the operation itself only counts them. */
  async log(transaction: EntityManager, operation: OperationEntity, lines: LogLine[]): Promise<void> {
    const fields = { sequence: operation.sequence + 1, logBytes: operation.logBytes + sizeOf(lines) };
    Object.assign(operation, fields);
    await this.update(transaction, operation.id, fields);
    await this.append(transaction, operation, { kind: 'log', data: { lines } });
  }

  private async update(transaction: EntityManager, id: string, fields: Partial<OperationEntity>): Promise<void> {
    // TypeORM's type wants to look into jsonb columns; they are written whole.
    const values = fields as QueryDeepPartialEntity<OperationEntity>;
    await transaction.createQueryBuilder().update(OperationEntity).set(values).where({ id }).execute();
  }

  /** The event itself: takes the connection's next position under the lock of its stream, and hints that there is news. */
  async append(
    transaction: EntityManager,
    operation: OperationEntity,
    event: { kind: OperationEventKind; data: object },
  ): Promise<void> {
    await transaction.query(
      `WITH stream AS (
         INSERT INTO connection_streams AS s (connection_id, position, touched_at) VALUES ($1::integer, 1, clock_timestamp())
         ON CONFLICT (connection_id) DO UPDATE SET position = s.position + 1, touched_at = clock_timestamp()
         RETURNING position
       ), event AS (
         INSERT INTO operation_events (connection_id, position, operation_id, sequence, at, kind, data)
         SELECT $1::integer, position, $2, $3, clock_timestamp(), $4, $5 FROM stream
       )
       SELECT pg_notify('${EVENTS_CHANNEL}', $1::integer::text)`,
      [operation.connectionId, operation.id, operation.sequence, event.kind, JSON.stringify(event.data)],
    );
  }

  /**
   * The first events of operations that were just inserted, in one statement. Streams are locked in the order of their
   * connections, so that two who append to several never wait in a circle.
   */
  async appendAccepted(transaction: EntityManager, operations: readonly OperationEntity[]): Promise<void> {
    const events = operations.map((operation) => ({
      connection_id: operation.connectionId,
      operation_id: operation.id,
      sequence: operation.sequence,
      data: { operation: toOperation(operation) },
    }));
    await transaction.query(
      `WITH event AS (
         SELECT *, row_number() OVER (PARTITION BY connection_id ORDER BY operation_id) AS place
         FROM jsonb_to_recordset($1) AS e(connection_id integer, operation_id uuid, sequence integer, data jsonb)
       ), stream AS (
         INSERT INTO connection_streams AS s (connection_id, position, touched_at)
         SELECT connection_id, count(*), clock_timestamp() FROM event GROUP BY connection_id ORDER BY connection_id
         ON CONFLICT (connection_id) DO UPDATE
           SET position = s.position + EXCLUDED.position, touched_at = clock_timestamp()
         RETURNING connection_id, position
       ), written AS (
         INSERT INTO operation_events (connection_id, position, operation_id, sequence, at, kind, data)
         SELECT connection_id, stream.position - count(*) OVER (PARTITION BY connection_id) + place,
           operation_id, sequence, clock_timestamp(), 'accepted', data
         FROM event JOIN stream USING (connection_id)
       )
       SELECT pg_notify('${EVENTS_CHANNEL}', connection_id::text) FROM stream`,
      [JSON.stringify(events)],
    );
  }
}

export const sizeOf = (lines: readonly LogLine[]): number =>
  lines.reduce((bytes, line) => bytes + Buffer.byteLength(line.text), 0);
