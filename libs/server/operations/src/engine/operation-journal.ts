import { Injectable } from '@nestjs/common';
import type { LogLine, OperationEventKind } from '@lockstep/contract';
import { prepared } from '@lockstep/server-database';
import type { EntityManager } from 'typeorm';
import { OperationEntity } from '../model/operation.entity.js';
import { toOperation } from '../model/operation.mapper.js';
import { type TransitionName, transitionFrom } from '../model/transitions.js';

export interface ReadOperation {
  readonly operation: OperationEntity;
  /** The database's clock when it was read. */
  readonly now: Date;
}

/** One event and what comes with it: fields of the operation, or lines of its log. */
export interface JournalChange {
  readonly kind: OperationEventKind;
  readonly with?: Partial<OperationEntity>;
  readonly lines?: readonly LogLine[];
}

/** A change that follows from the operation as the change before it left it. */
export type Change = (operation: OperationEntity) => JournalChange;

/** What a transition changes besides the status, or how that follows from what came before it. */
type Fields = Partial<OperationEntity> | ((operation: OperationEntity) => Partial<OperationEntity>);

/** A named transition with what comes along, after `before`. */
export interface NamedChange {
  readonly name: TransitionName;
  readonly with: Fields;
  readonly before?: readonly Change[];
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
  lock(transaction: EntityManager, id: string): Promise<ReadOperation | undefined> {
    return this.find(transaction, id, 'FOR UPDATE');
  }

  /** As it is now; for a `write`, which holds only if it still is so then. Undefined: there is none. */
  read(manager: EntityManager, id: string): Promise<ReadOperation | undefined> {
    return this.find(manager, id, '');
  }

  /** Carries out a named transition with what comes along, and its event, after `before`. */
  async transition(transaction: EntityManager, operation: OperationEntity, named: NamedChange): Promise<void> {
    await this.change(transaction, operation, changesOf(operation, named));
  }

  /** Changes the locked operation and records the events that say so. */
  async change(transaction: EntityManager, operation: OperationEntity, changes: readonly Change[]): Promise<void> {
    if (!(await this.write(transaction, operation, changes)))
      throw new Error(`Operation ${operation.id} was not locked`);
  }

  /**
   * Makes the changes one after the other, or writes lines of its log, with the events that say so, in one statement that is
   * its own transaction where there is no other: each trip to the database costs more than what is done there. Only if
   * nothing has happened to the operation since it was read: false means that nothing was written. What is true after it is
   * put into `operation`.
   */
  async write(manager: EntityManager, operation: OperationEntity, changes: readonly Change[]): Promise<boolean> {
    const { fields, events } = follow(operation, changes);
    const { names, values } = columnsOf(manager, fields);
    const first = 6;
    const written = await manager.query<unknown[]>(
      prepared(`WITH changed AS (
         UPDATE operations SET ${names.map((name, index) => `${name} = $${String(first + index)}`).join(', ')}
         WHERE id = $1 AND fence = $2 AND sequence = $3 AND completed_at IS NULL RETURNING connection_id
       ), stream AS (
         INSERT INTO connection_streams AS s (connection_id, position, touched_at)
         SELECT connection_id, cardinality($4::text[]), clock_timestamp() FROM changed
         ON CONFLICT (connection_id) DO UPDATE
           SET position = s.position + EXCLUDED.position, touched_at = clock_timestamp()
         RETURNING connection_id, position - cardinality($4::text[]) AS before
       ), event AS (
         INSERT INTO operation_events (connection_id, position, operation_id, sequence, at, kind, data)
         SELECT connection_id, before + place, $1, $3 + place, clock_timestamp(), kind, data
         FROM stream, unnest($4::text[], $5::jsonb[]) WITH ORDINALITY AS told (kind, data, place)
       )
       SELECT pg_notify('${EVENTS_CHANNEL}', connection_id::text) FROM stream`),
      [
        operation.id,
        operation.fence,
        operation.sequence,
        events.map(({ kind }) => kind),
        events.map(({ data }) => JSON.stringify(data)),
        ...values,
      ],
    );
    if (written.length === 0) return false;
    Object.assign(operation, fields);
    return true;
  }

  /** By hand: each claim and many an end read it. */
  private async find(manager: EntityManager, id: string, lock: '' | 'FOR UPDATE'): Promise<ReadOperation | undefined> {
    const { columns } = manager.dataSource.getMetadata(OperationEntity);
    const names = columns.map(({ databaseName }) => databaseName).join(', ');
    const [row] = await manager.query<(Record<string, unknown> & { now: Date })[]>(
      prepared(`SELECT ${names}, clock_timestamp() AS now FROM operations WHERE id = $1 ${lock}`),
      [id],
    );
    if (!row) return undefined;
    const operation = new OperationEntity();
    for (const column of columns) column.setEntityValue(operation, row[column.databaseName]);
    return { operation, now: row.now };
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
      prepared(`WITH event AS (
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
       SELECT pg_notify('${EVENTS_CHANNEL}', connection_id::text) FROM stream`),
      [JSON.stringify(events)],
    );
  }
}

/** A transition as the changes that make it. Throws what the table of transitions does not have. */
export function changesOf({ status }: OperationEntity, { name, with: fields, before = [] }: NamedChange): Change[] {
  const { to, event } = transitionFrom(status, name);
  const last: Change = (now) => ({
    kind: event,
    with: { ...(typeof fields === 'function' ? fields(now) : fields), ...to },
  });
  return [...before, last];
}

/** What the changes make of the operation in the end, and the event of each. */
function follow(
  operation: OperationEntity,
  changes: readonly Change[],
): { fields: Partial<OperationEntity>; events: { kind: OperationEventKind; data: object }[] } {
  const fields: Partial<OperationEntity> = {};
  const now = Object.assign(new OperationEntity(), operation);
  const events = changes.map((change) => {
    const { kind, lines, with: changed } = change(now);
    const bytes = lines && { logBytes: now.logBytes + sizeOf(lines) };
    const made = { ...changed, ...bytes, sequence: now.sequence + 1 };
    Object.assign(fields, made);
    Object.assign(now, made);
    return { kind, data: lines ? { lines } : { operation: toOperation(now) } };
  });
  return { fields, events };
}

/** Names and values of the fields as the table wants them: jsonb as text, because the driver takes a list for an array. */
function columnsOf(manager: EntityManager, fields: Partial<OperationEntity>): { names: string[]; values: unknown[] } {
  const { columns } = manager.dataSource.getMetadata(OperationEntity);
  const given = columns.filter(({ propertyName }) => propertyName in fields);
  return {
    names: given.map(({ databaseName }) => databaseName),
    values: given.map(({ propertyName, type }) => {
      const value: unknown = fields[propertyName as keyof OperationEntity];
      return type === 'jsonb' ? JSON.stringify(value) : value;
    }),
  };
}

const sizeOf = (lines: readonly LogLine[]): number =>
  lines.reduce((bytes, line) => bytes + Buffer.byteLength(line.text), 0);
