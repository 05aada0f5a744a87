import { Injectable } from '@nestjs/common';
import type { ConnectionSnapshot, Operation, OperationEvent } from '@lockstep/contract';
import type { EntityManager } from 'typeorm';
import { OperationEventEntity } from '../model/operation-event.entity.js';
import { OperationEntity } from '../model/operation.entity.js';
import { toOperation, toOperationEvent } from '../model/operation.mapper.js';

/** More missed events than this are not sent one by one: the snapshot with `reset` says it in one. */
const mostMissed = 20_000;
/** Likewise for their bytes; half of what may wait for a client that reads (`backpressure.ts`), so that none is cut over it. */
const mostMissedBytes = 16 * 1_048_576;

export interface CatchUp {
  readonly snapshot: ConnectionSnapshot;
  readonly missed: OperationEvent[];
}

/** A connection and how far its stream has come. */
interface Place {
  readonly connectionId: number;
  readonly position: number;
}

/** What subscribers are told first: the state now, and where they had a cursor, what they missed. */
@Injectable()
export class ConnectionSnapshots {
  /** What each of these cursors is told; undefined is the cursor of who has none. All of them share one reading. */
  async read(
    manager: EntityManager,
    place: Place,
    cursors: ReadonlySet<number | undefined>,
  ): Promise<ReadonlyMap<number | undefined, CatchUp>> {
    const oldest = await this.oldestKept(manager, place, cursors);
    const missed = oldest === undefined ? [] : await this.missed(manager, place, oldest);
    const operations = await this.current(manager, place.connectionId);
    const catchUpOf = (after: number | undefined): CatchUp => {
      const isResumed = after !== undefined && oldest !== undefined && after >= oldest && after <= place.position;
      return {
        snapshot: { ...place, operations, reset: after !== undefined && !isResumed },
        missed: isResumed ? missed.filter(({ position }) => position > after) : [],
      };
    };
    return new Map([...cursors].map((after) => [after, catchUpOf(after)]));
  }

  /** The active operations and the last ended one of each type and target’s kind. */
  private async current(manager: EntityManager, connectionId: number): Promise<Operation[]> {
    // Jumps through the index from type to type: a connection may have ten thousand ended operations.
    const ids = await manager.query<{ id: string }[]>(
      `WITH RECURSIVE types (type) AS (
         SELECT min(type) FROM operations WHERE connection_id = $1
         UNION ALL
         SELECT (SELECT min(o.type) FROM operations o WHERE o.connection_id = $1 AND o.type > types.type)
         FROM types WHERE types.type IS NOT NULL
       )
       SELECT id FROM operations WHERE connection_id = $1 AND status IN ('pending', 'in_progress')
       UNION
       SELECT last.id FROM types CROSS JOIN LATERAL (
         SELECT o.id FROM operations o
         WHERE o.connection_id = $1 AND o.type = types.type AND o.completed_at IS NOT NULL
         ORDER BY o.started_at DESC, o.id DESC LIMIT 1
       ) AS last`,
      [connectionId],
    );
    if (ids.length === 0) return [];
    const entities = await manager
      .createQueryBuilder(OperationEntity, 'operation')
      .where('operation.id IN (:...ids)', { ids: ids.map(({ id }) => id) })
      .orderBy('operation.startedAt')
      .getMany();
    return entities.map(toOperation);
  }

  /** The oldest of the cursors from which the events are still kept and not too many to be told; newer ones are then as well. */
  private async oldestKept(
    manager: EntityManager,
    { connectionId, position }: Place,
    cursors: ReadonlySet<number | undefined>,
  ): Promise<number | undefined> {
    const asked = [...cursors].filter((after) => after !== undefined && after <= position) as number[];
    if (asked.length === 0) return undefined;
    const [stream] = await manager.query<{ pruned_to: string }[]>(
      `SELECT pruned_to FROM connection_streams WHERE connection_id = $1`,
      [connectionId],
    );
    const oldestPossible = Math.max(Number(stream?.pruned_to ?? 0), position - mostMissed);
    for (const after of asked.filter((cursor) => cursor >= oldestPossible).sort((left, right) => left - right)) {
      const [missed] = await manager.query<{ bytes: string }[]>(
        `SELECT coalesce(sum(octet_length(data::text)), 0) AS bytes FROM operation_events
         WHERE connection_id = $1 AND position > $2 AND position <= $3`,
        [connectionId, after, position],
      );
      if (Number(missed?.bytes ?? 0) <= mostMissedBytes) return after;
    }
    return undefined;
  }

  private async missed(
    manager: EntityManager,
    { connectionId, position }: Place,
    after: number,
  ): Promise<OperationEvent[]> {
    const entities = await manager
      .createQueryBuilder(OperationEventEntity, 'event')
      .where('event.connectionId = :connectionId AND event.position > :after AND event.position <= :position', {
        connectionId,
        after,
        position,
      })
      .orderBy('event.position')
      .getMany();
    return entities.map(toOperationEvent);
  }
}
