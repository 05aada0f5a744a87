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

/** What a subscriber is told first: the state now, and where it had a cursor, what it missed. */
@Injectable()
export class ConnectionSnapshots {
  async read(
    manager: EntityManager,
    request: { connectionId: number; position: number; after: number | undefined },
  ): Promise<CatchUp> {
    const { connectionId, position, after } = request;
    const resumable = after !== undefined && (await this.isKept(manager, { connectionId, position, after }));
    const missed = resumable ? await this.missed(manager, { connectionId, after, position }) : [];
    const operations = await this.current(manager, connectionId);
    return { snapshot: { connectionId, operations, position, reset: after !== undefined && !resumable }, missed };
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

  private async isKept(
    manager: EntityManager,
    { connectionId, position, after }: { connectionId: number; position: number; after: number },
  ): Promise<boolean> {
    if (after > position || position - after > mostMissed) return false;
    const [stream] = await manager.query<{ pruned_to: string }[]>(
      `SELECT pruned_to FROM connection_streams WHERE connection_id = $1`,
      [connectionId],
    );
    if (after < Number(stream?.pruned_to ?? 0)) return false;
    const [missed] = await manager.query<{ bytes: string }[]>(
      `SELECT coalesce(sum(octet_length(data::text)), 0) AS bytes FROM operation_events
       WHERE connection_id = $1 AND position > $2 AND position <= $3`,
      [connectionId, after, position],
    );
    return Number(missed?.bytes ?? 0) <= mostMissedBytes;
  }

  private async missed(
    manager: EntityManager,
    { connectionId, after, position }: { connectionId: number; after: number; position: number },
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
