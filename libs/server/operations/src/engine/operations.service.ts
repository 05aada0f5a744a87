import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Actor, Operation, StartAnswer } from '@lockstep/contract';
import { AuditService } from '@lockstep/server-access';
import { ProblemException, notFound } from '@lockstep/server-http';
import { type DataSource, type EntityManager, In, type QueryDeepPartialEntity } from 'typeorm';
import { OperationEntity } from '../model/operation.entity.js';
import { toOperation } from '../model/operation.mapper.js';
import { HandlerRegistry } from './handler-registry.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { OperationJournal } from './operation-journal.js';
import { OperationQueue } from './operation-queue.js';
import { CANCEL_CHANNEL } from './operation-worker.js';
import { type StartRequest, newOperation } from './start-request.js';
import { Turns } from './turns.js';

/** Times that a start looks again when what held the slot has just ended. */
const mostTries = 3;

/** Starting, cancelling and retrying. Who may do so is decided before. */
@Injectable()
export class OperationsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly registry: HandlerRegistry,
    private readonly journal: OperationJournal,
    private readonly queue: OperationQueue,
    private readonly turns: Turns,
    private readonly keys: IdempotencyKeys,
    private readonly audit: AuditService,
  ) {}

  /** Starts the operation, or joins the one that holds its slot. Row, first event, job and audit entry are one transaction. */
  async start(request: StartRequest): Promise<StartAnswer> {
    for (let attempt = 1; attempt <= mostTries; attempt += 1) {
      const answer = await this.dataSource.transaction((transaction) => this.startOrJoin(transaction, request));
      if (answer) return answer;
    }
    throw new ProblemException('CONFLICT', 'Operations of this kind end as fast as they begin here; try again.');
  }

  /**
   * Asks an active operation to stop: a waiting one ends at once, a running one is told.
   * @throws NOT_FOUND, OPERATION_ENDED
   */
  async cancel(id: string, actor: Actor): Promise<Operation> {
    return this.dataSource.transaction(async (transaction) => {
      const locked = await this.journal.lock(transaction, id);
      if (!locked) throw notFound('operation');
      const { operation, now } = locked;
      if (operation.completedAt) throw new ProblemException('OPERATION_ENDED');
      if (operation.cancelRequested) return toOperation(operation);
      if (operation.status === 'pending') {
        await this.journal.transition(transaction, operation, {
          name: 'cancel',
          with: {
            effect: 'none',
            message: `Cancelled by ${actor.name} before it began`,
            completedAt: now,
            steps: skipped(operation),
          },
        });
        await this.turns.pass(transaction, operation);
      } else {
        await this.journal.transition(transaction, operation, {
          name: 'requestCancel',
          with: { cancelRequested: true, message: `${actor.name} asked to stop it` },
        });
        await transaction.query(`SELECT pg_notify('${CANCEL_CHANNEL}', $1)`, [id]);
      }
      await this.record(transaction, { actor, action: 'operation.cancelled', operation });
      return toOperation(operation);
    });
  }

  /**
   * Starts an ended operation again, as a new one.
   * @throws NOT_FOUND, OPERATION_ACTIVE
   */
  async retry(id: string, request: Pick<StartRequest, 'actor' | 'createdBy' | 'idempotencyKey'>): Promise<StartAnswer> {
    const old = await this.dataSource.manager.findOneBy(OperationEntity, { id });
    if (!old) throw notFound('operation');
    if (!old.completedAt) throw new ProblemException('OPERATION_ACTIVE');
    return this.start({
      ...request,
      type: old.type,
      connection: { id: old.connectionId, name: old.connectionName },
      target: old.target,
      input: old.input,
      retryOf: id,
    });
  }

  /** Whether a connection has an active operation; under the caller's lock where it must stay so. */
  async isBusy(transaction: EntityManager, connectionId: number): Promise<boolean> {
    return transaction.existsBy(OperationEntity, { connectionId, status: In(['pending', 'in_progress']) });
  }

  private async startOrJoin(transaction: EntityManager, request: StartRequest): Promise<StartAnswer | undefined> {
    const known = await this.keys.find(transaction, request);
    if (known) return answer(known.operation, known.started);
    const started = await this.insert(transaction, request);
    const operation = started ?? (await this.findActive(transaction, request));
    if (!operation) return undefined;
    await this.keys.keep(transaction, request, { operation, started: started !== undefined });
    if (started) await this.record(transaction, { actor: request.actor, action: 'operation.started', operation });
    return answer(operation, started !== undefined);
  }

  /** The slot is the unique index: whoever inserts nothing has lost the race. */
  private async insert(transaction: EntityManager, request: StartRequest): Promise<OperationEntity | undefined> {
    const operation = newOperation(request, this.registry.get(request.type));
    const result = await transaction
      .createQueryBuilder()
      .insert()
      .into(OperationEntity)
      .values({ ...(operation as QueryDeepPartialEntity<OperationEntity>), startedAt: () => 'clock_timestamp()' })
      .orIgnore()
      .returning('started_at')
      .execute();
    const [row] = result.raw as { started_at: Date }[];
    if (!row) return undefined;
    operation.startedAt = row.started_at;
    await this.journal.append(transaction, operation, {
      kind: 'accepted',
      data: { operation: toOperation(operation) },
    });
    await this.queue.add(transaction, operation.id);
    return operation;
  }

  private findActive(transaction: EntityManager, request: StartRequest): Promise<OperationEntity | null> {
    return transaction.findOneBy(OperationEntity, {
      connectionId: request.connection.id,
      type: request.type,
      target: request.target ?? '',
      status: In(['pending', 'in_progress']),
    });
  }

  private async record(
    transaction: EntityManager,
    { actor, action, operation }: { actor: Actor; action: string; operation: OperationEntity },
  ): Promise<void> {
    await this.audit.record(transaction, {
      actor,
      action,
      subject: `operation:${operation.id}`,
      result: 'ok',
      detail: {
        type: operation.type,
        connectionId: operation.connectionId,
        connection: operation.connectionName,
        target: operation.target,
      },
    });
  }
}

const skipped = (operation: OperationEntity): OperationEntity['steps'] =>
  operation.steps.map((step) => (step.status === 'pending' ? { ...step, status: 'skipped' } : step));

const answer = (entity: OperationEntity, started: boolean): StartAnswer => ({
  operationId: entity.id,
  status: started ? 'started' : 'already_running',
  message: started ? 'The operation was started.' : `It was already running, started by ${entity.actor.name}.`,
  operation: toOperation(entity),
});
