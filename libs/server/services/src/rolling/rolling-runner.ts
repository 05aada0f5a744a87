import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { ConnectionQueries } from '@lockstep/server-connections';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import { ProblemException } from '@lockstep/server-http';
import { OperationFeed, OperationsService } from '@lockstep/server-operations';
import { type Subscription, filter } from 'rxjs';
import type { DataSource, EntityManager } from 'typeorm';
import { RollingPlans } from './rolling-plans.js';
import { RollingRestartEntity } from './rolling-restart.entity.js';
import { type RollingState, type TargetRow, RollingStore, endOf } from './rolling-store.js';
import { RollingTargetEntity } from './rolling-target.entity.js';

const lookMs = 1_000;
const ends = new Set<string>(['completed', 'failed', 'cancelled']);

/**
 * Carries rolling restarts on: begins the next hosts when others have ended. Every process looks, when a restart ends and
 * once a second; the row's lock lets one of them act. What a host is begun with (its parent and an idempotency key made of
 * both) is the same whoever begins it, so one who is lost between beginning and noting begins none twice.
 */
@Injectable()
export class RollingRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('RollingRestarts');
  private timer: NodeJS.Timeout | undefined;
  private subscription: Subscription | undefined;
  private turn: Promise<void> = Promise.resolve();
  private looking: Promise<void> | undefined;
  /** Something has ended since the look that is under way began. */
  private again = false;
  private stopped = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly feed: OperationFeed,
    private readonly operations: OperationsService,
    private readonly connections: ConnectionQueries,
    private readonly plans: RollingPlans,
    private readonly store: RollingStore,
  ) {}

  onApplicationBootstrap(): void {
    this.subscription = this.feed.events
      .pipe(filter(({ kind, operation }) => ends.has(kind) && operation?.type === 'service_restart'))
      .subscribe(() => this.look());
    this.timer = setInterval(() => this.look(), lookMs);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    this.subscription?.unsubscribe();
    await this.looking;
    await this.turn;
  }

  /** Begins what can be begun now. Never throws: what could not be done is done at the next look. */
  async advance(id: string): Promise<void> {
    // One after the other: each holds a connection of the pool while it needs a second one.
    this.turn = this.turn.then(() => this.advanceNow(id)).catch((error: unknown) => this.tell(error));
    await this.turn;
  }

  private look(): void {
    this.again = true;
    this.looking ??= this.lookWhileAsked().finally(() => (this.looking = undefined));
  }

  private async lookWhileAsked(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        const unfinished = await this.dataSource.query<{ id: string }[]>(
          `SELECT id FROM rolling_restarts WHERE completed_at IS NULL ORDER BY id`,
        );
        for (const { id } of unfinished) await this.advance(id);
      } catch (error) {
        this.tell(error);
      }
    }
  }

  private tell(error: unknown): void {
    if (!isDatabaseUnavailable(error)) this.logger.error(error);
  }

  /** Passes over one that another process carries on at this moment. */
  private async advanceNow(id: string): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      const [locked] = await transaction.query<unknown[]>(
        `SELECT FROM rolling_restarts WHERE id = $1 AND completed_at IS NULL FOR UPDATE SKIP LOCKED`,
        [id],
      );
      if (!locked) return;
      await this.noteOutcomes(transaction, id);
      for (;;) {
        const [state] = await this.store.read([id], undefined, transaction);
        if (!state) return;
        const places = state.progress.next;
        if (places.length === 0) return this.finish(transaction, state);
        for (const place of places) await this.begin(transaction, state, place);
      }
    });
  }

  /** Kept beside the host, because its operation is removed one day. */
  private async noteOutcomes(transaction: EntityManager, id: string): Promise<void> {
    await transaction.query(
      `UPDATE rolling_restart_targets t SET outcome = o.status FROM operations o
       WHERE t.rolling_restart_id = $1 AND t.outcome IS NULL AND o.id = t.operation_id AND o.completed_at IS NOT NULL`,
      [id],
    );
  }

  private async begin(transaction: EntityManager, { rolling, targets }: RollingState, place: number): Promise<void> {
    const target = targets[place];
    if (!target) return;
    const begun = await this.start(rolling, target);
    await transaction.update(
      RollingTargetEntity,
      { rollingRestartId: rolling.id, connectionId: target.connectionId },
      begun,
    );
  }

  /** In a transaction of its own, as every start: it stays begun when the noting is lost. */
  private async start(
    { id, service, actor, createdBy, userId }: RollingRestartEntity,
    { connectionId }: TargetRow,
  ): Promise<{ operationId: string } | { refusal: string }> {
    const [connection] = await this.connections.choose(userId, { ids: [connectionId] });
    if (!connection) return { refusal: 'It was removed, or is no longer granted to who started this.' };
    const refusal = await this.plans.refuse(connection, service);
    if (refusal !== undefined) return { refusal };
    try {
      const { operationId } = await this.operations.start({
        type: 'service_restart',
        connection,
        target: service,
        actor,
        createdBy,
        parentId: id,
        idempotencyKey: `rolling-restart ${id} ${String(connectionId)}`,
      });
      return { operationId };
    } catch (error) {
      if (error instanceof ProblemException && error.code === 'NOT_FOUND') return { refusal: error.message };
      throw error;
    }
  }

  private async finish(transaction: EntityManager, state: RollingState): Promise<void> {
    if (state.progress.status === 'running') return;
    await transaction.update(RollingRestartEntity, { id: state.rolling.id }, { completedAt: endOf(state) });
  }
}
