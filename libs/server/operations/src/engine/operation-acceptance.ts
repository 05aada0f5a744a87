import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { AuditService } from '@lockstep/server-access';
import { notFound } from '@lockstep/server-http';
import { prepared } from '@lockstep/server-database';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { OperationEntity } from '../model/operation.entity.js';
import { HandlerRegistry } from './handler-registry.js';
import { auditOf } from './operation-audit.js';
import { OperationJournal } from './operation-journal.js';
import { OperationQueue } from './operation-queue.js';
import { type StartRequest, newOperation } from './start-request.js';

/** The operation that a request got, and whether it was the request that started it. */
export interface Accepted {
  readonly operation: OperationEntity;
  readonly started: boolean;
}

/** Puts operations into the database: row, first event and job, for any number of requests in the same few statements. */
@Injectable()
export class OperationAcceptance {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly registry: HandlerRegistry,
    private readonly journal: OperationJournal,
    private readonly queue: OperationQueue,
    private readonly audit: AuditService,
  ) {}

  /**
   * Starts an operation for each slot that is free. The slot is the unique index: whoever inserts nothing has lost the
   * race, and gets the one that holds it. Undefined: what held the slot has just ended, so the request may ask again.
   * @throws NOT_FOUND when a connection was removed
   */
  async accept(transaction: EntityManager, requests: readonly StartRequest[]): Promise<(Accepted | undefined)[]> {
    const first = new Map<string, { request: StartRequest; operation: OperationEntity }>();
    for (const request of requests) {
      const operation = newOperation(request, this.registry.get(request.type));
      const slot = slotOf(operation);
      if (!first.has(slot)) first.set(slot, { request, operation });
    }
    const started = await this.insert(
      transaction,
      [...first.values()].map(({ operation }) => operation),
    );
    const lost = [...first].filter(([slot]) => !started.has(slot)).map(([, { operation }]) => operation);
    const active = await this.findActive(transaction, lost);
    await this.assertConnections(
      transaction,
      lost.filter((operation) => !active.has(slotOf(operation))),
    );
    return requests.map((request) => {
      const slot = slotOf({ connectionId: request.connection.id, type: request.type, target: request.target ?? '' });
      const own = started.get(slot);
      if (own) return { operation: own, started: first.get(slot)?.request === request };
      const holder = active.get(slot);
      return holder && { operation: holder, started: false };
    });
  }

  /** The audit entries; last in the transaction, see `AuditService`. */
  async record(transaction: EntityManager, accepted: readonly (Accepted | undefined)[]): Promise<void> {
    const started = accepted.flatMap((each) => (each?.started ? [each.operation] : []));
    await this.audit.recordAll(
      transaction,
      started.map((operation) => auditOf('operation.started', operation, operation.actor)),
    );
  }

  /** Those that got their slot. In the order of slots, so that two replicas never wait for each other in a circle. */
  private async insert(
    transaction: EntityManager,
    operations: readonly OperationEntity[],
  ): Promise<Map<string, OperationEntity>> {
    const { columns } = this.dataSource.getMetadata(OperationEntity);
    const rows = operations.map((operation) =>
      Object.fromEntries(columns.map((column) => [column.databaseName, column.getEntityValue(operation) as unknown])),
    );
    const names = columns.map(({ databaseName }) => databaseName);
    const values = names.map((name) => (name === 'started_at' ? 'clock_timestamp()' : `r.${name}`));
    const inserted = await transaction.query<{ id: string; started_at: Date }[]>(
      prepared(`INSERT INTO operations (${names.join(', ')})
       SELECT ${values.join(', ')} FROM jsonb_populate_recordset(NULL::operations, $1) AS r
         JOIN connections c ON c.id = r.connection_id AND c.deleted_at IS NULL
       ORDER BY r.connection_id, r.type, r.target FOR KEY SHARE OF c
       ON CONFLICT DO NOTHING RETURNING id, started_at`),
      [JSON.stringify(rows)],
    );
    const times = new Map(inserted.map((row) => [row.id, row.started_at]));
    const started = operations.filter(({ id }) => times.has(id));
    for (const operation of started) operation.startedAt = times.get(operation.id) ?? operation.startedAt;
    if (started.length > 0) {
      await this.journal.appendAccepted(transaction, started);
      await this.queue.addAll(
        transaction,
        started.map(({ id }) => id),
      );
    }
    return new Map(started.map((operation) => [slotOf(operation), operation]));
  }

  /** A removal holds the connection's lock, so nothing was inserted that began while it was going on. */
  private async assertConnections(transaction: EntityManager, lost: readonly OperationEntity[]): Promise<void> {
    if (lost.length === 0) return;
    const removed = await transaction.query<unknown[]>(
      `SELECT FROM connections WHERE id = ANY($1) AND deleted_at IS NOT NULL LIMIT 1`,
      [lost.map(({ connectionId }) => connectionId)],
    );
    if (removed.length > 0) throw notFound('connection');
  }

  private async findActive(
    transaction: EntityManager,
    lost: readonly OperationEntity[],
  ): Promise<Map<string, OperationEntity>> {
    if (lost.length === 0) return new Map();
    const connectionId = In(lost.map((operation) => operation.connectionId));
    const active = await transaction.findBy(OperationEntity, { connectionId, status: In(['pending', 'in_progress']) });
    return new Map(active.map((operation) => [slotOf(operation), operation]));
  }
}

const slotOf = ({ connectionId, type, target }: Pick<OperationEntity, 'connectionId' | 'type' | 'target'>): string =>
  JSON.stringify([connectionId, type, target]);
