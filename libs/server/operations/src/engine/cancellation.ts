import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type Actor, type Operation, activeStatuses } from '@lockstep/contract';
import { AuditService } from '@lockstep/server-access';
import { ProblemException, notFound } from '@lockstep/server-http';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { OperationEntity } from '../model/operation.entity.js';
import { toOperation } from '../model/operation.mapper.js';
import { auditOf } from './operation-audit.js';
import { OperationJournal, type ReadOperation } from './operation-journal.js';
import { OperationQueue } from './operation-queue.js';
import { CANCEL_CHANNEL } from './operation-worker.js';
import { Parents } from './parents.js';
import { Turns } from './turns.js';

/** Asking operations to stop, and with them those which they wait for. */
@Injectable()
export class Cancellation {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly journal: OperationJournal,
    private readonly queue: OperationQueue,
    private readonly turns: Turns,
    private readonly parents: Parents,
    private readonly audit: AuditService,
  ) {}

  /** See `OperationsService.cancel`. Children are asked in transactions of their own: a child is locked before its parent. */
  async cancel(id: string, actor: Actor): Promise<Operation> {
    const asked = await this.dataSource.transaction((transaction) => this.ask(transaction, id, actor));
    const children = await this.dataSource.manager.findBy(OperationEntity, {
      parentId: id,
      status: In(activeStatuses),
    });
    for (const child of children) await this.cancel(child.id, actor).catch(unlessEnded);
    return asked;
  }

  private async ask(transaction: EntityManager, id: string, actor: Actor): Promise<Operation> {
    const locked = await this.journal.lock(transaction, id);
    if (!locked) throw notFound('operation');
    const { operation } = locked;
    if (operation.completedAt) throw new ProblemException('OPERATION_ENDED');
    if (operation.cancelRequested) return toOperation(operation);
    if (operation.status === 'in_progress') await this.tell(transaction, operation, actor);
    else if (operation.claimedAt === null) await this.end(transaction, locked, actor);
    else await this.recall(transaction, operation, actor);
    await this.audit.record(transaction, auditOf('operation.cancelled', operation, actor));
    return toOperation(operation);
  }

  /** It has not begun, so nothing was done. */
  private async end(transaction: EntityManager, { operation, now }: ReadOperation, actor: Actor): Promise<void> {
    await this.parents.wake(transaction, operation);
    await this.journal.transition(transaction, operation, {
      name: 'cancel',
      with: {
        effect: 'none',
        message: `Cancelled by ${actor.name} before it began`,
        completedAt: now,
        steps: operation.steps.map((step) => ({ ...step, status: 'skipped' })),
      },
    });
    await this.turns.pass(transaction, operation);
  }

  /** Whoever runs it hears of it. */
  private async tell(transaction: EntityManager, operation: OperationEntity, actor: Actor): Promise<void> {
    await this.journal.transition(transaction, operation, {
      name: 'requestCancel',
      with: { cancelRequested: true, message: `${actor.name} asked to stop it` },
    });
    await transaction.query(`SELECT pg_notify('${CANCEL_CHANNEL}', $1)`, [operation.id]);
  }

  /** It is parked: only its handler knows what it has done already, so a worker takes it up to end it. */
  private async recall(transaction: EntityManager, operation: OperationEntity, actor: Actor): Promise<void> {
    await this.journal.transition(transaction, operation, {
      name: 'recall',
      with: { cancelRequested: true, notBefore: null, message: `${actor.name} asked to stop it` },
    });
    await this.queue.add(transaction, operation.id);
  }
}

/** It ended by itself before it could be asked. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof ProblemException) || error.code !== 'OPERATION_ENDED') throw error;
}
