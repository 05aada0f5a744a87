import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Actor, Operation, OperationStatus, OperationType, StartAnswer } from '@lockstep/contract';
import { ProblemException, notFound } from '@lockstep/server-http';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { OperationEntity } from '../model/operation.entity.js';
import { toOperation } from '../model/operation.mapper.js';
import { Cancellation } from './cancellation.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { type Accepted, OperationAcceptance } from './operation-acceptance.js';
import { OperationQueue } from './operation-queue.js';
import { StartBatches } from './start-batches.js';
import type { StartRequest } from './start-request.js';

/** Times that a start looks again when what held the slot has just ended. */
const mostTries = 3;

/** Starting, cancelling and retrying. Who may do so is decided before. */
@Injectable()
export class OperationsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly cancellation: Cancellation,
    private readonly acceptance: OperationAcceptance,
    private readonly batches: StartBatches,
    private readonly keys: IdempotencyKeys,
    private readonly queue: OperationQueue,
  ) {}

  /** Starts the operation, or joins the one that holds its slot. Row, first event, job and audit entry are one transaction. */
  async start(request: StartRequest): Promise<StartAnswer> {
    for (let attempt = 1; attempt <= mostTries; attempt += 1) {
      const accepted = await (request.idempotencyKey === undefined
        ? this.batches.start(request)
        : this.startByKey(request));
      if (accepted) return toStartAnswer(accepted);
    }
    throw tooQuick();
  }

  /**
   * The same inside the caller's transaction, for what must become true together with the start. Its commit should be near: the
   * audit chain lets only one transaction at a time go on. Undefined: what held the slot has just ended.
   * @throws NOT_FOUND when the connection was removed
   */
  async startWithin(transaction: EntityManager, request: StartRequest): Promise<StartAnswer | undefined> {
    const [accepted] = await this.acceptance.accept(transaction, [request]);
    await this.acceptance.record(transaction, [accepted]);
    return accepted && toStartAnswer(accepted);
  }

  /**
   * The same for several, each joining what holds its slot.
   * @throws NOT_FOUND when a connection was removed meanwhile, CONFLICT
   */
  async startAll(transaction: EntityManager, requests: readonly StartRequest[]): Promise<StartAnswer[]> {
    const accepted = await this.acceptance.accept(transaction, requests);
    for (let attempt = 2; attempt <= mostTries && accepted.includes(undefined); attempt += 1) {
      const left = requests.filter((_, place) => accepted[place] === undefined);
      const again = await this.acceptance.accept(transaction, left);
      accepted.forEach((one, place) => (accepted[place] = one ?? again.shift()));
    }
    await this.acceptance.record(transaction, accepted);
    return accepted.map((one) => {
      if (one) return toStartAnswer(one);
      throw tooQuick();
    });
  }

  /**
   * Asks an active operation to stop, and its children with it: one that has not begun ends at once, a running one is told.
   * @throws NOT_FOUND, OPERATION_ENDED
   */
  async cancel(id: string, actor: Actor): Promise<Operation> {
    return this.cancellation.cancel(id, actor);
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

  /** What an operation has started, oldest first. For handlers: nobody's rights are looked at. */
  async children(parentId: string): Promise<Operation[]> {
    const found = await this.dataSource.manager.find(OperationEntity, { where: { parentId }, order: { id: 'ASC' } });
    return found.map(toOperation);
  }

  /** Whether a connection has an active operation; under the caller's lock where it must stay so. */
  async isBusy(transaction: EntityManager, connectionId: number): Promise<boolean> {
    return transaction.existsBy(OperationEntity, { connectionId, status: In(['pending', 'in_progress']) });
  }

  /** Whether something has an active operation of a type, on whatever connection. */
  async isActive(transaction: EntityManager, type: OperationType, target: string): Promise<boolean> {
    return transaction.existsBy(OperationEntity, { type, target, status: In(['pending', 'in_progress']) });
  }

  /** What holds the slot of something, on whatever connection, locked so that it does not change until the transaction ends. */
  async lockActive(
    transaction: EntityManager,
    type: OperationType,
    target: string,
  ): Promise<{ id: string; status: OperationStatus } | undefined> {
    const [found] = await transaction.query<{ id: string; status: OperationStatus }[]>(
      `SELECT id, status FROM operations WHERE type = $1 AND target = $2 AND status IN ('pending', 'in_progress')
       FOR UPDATE`,
      [type, target],
    );
    return found;
  }

  /** Lets a parked operation go on, now that what it waits for is there. False: it is not parked. */
  wake(transaction: EntityManager, id: string): Promise<boolean> {
    return this.queue.wake(transaction, id);
  }

  /** A key asks for looks of its own before and after, so such a request has a transaction of its own. */
  private startByKey(request: StartRequest): Promise<Accepted | undefined> {
    return this.dataSource.transaction(async (transaction) => {
      const known = await this.keys.find(transaction, request);
      if (known) return known;
      const [accepted] = await this.acceptance.accept(transaction, [request]);
      if (!accepted) return undefined;
      await this.keys.keep(transaction, request, accepted);
      await this.acceptance.record(transaction, [accepted]);
      return accepted;
    });
  }
}

const tooQuick = (): ProblemException =>
  new ProblemException('CONFLICT', 'Operations of this kind end as fast as they begin here; try again.');

const toStartAnswer = ({ operation, started }: Accepted): StartAnswer => ({
  operationId: operation.id,
  status: started ? 'started' : 'already_running',
  message: started ? 'The operation was started.' : `It was already running, started by ${operation.actor.name}.`,
  operation: toOperation(operation),
});
