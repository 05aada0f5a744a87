import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DATABASE_URL, Notifications, isDatabaseUnavailable } from '@lockstep/server-database';
import type { DataSource } from 'typeorm';
import { type Claim, Claims } from './claims.js';
import { ENGINE_OPTIONS, type EngineOptions } from './engine-options.js';
import { HandlerRegistry } from './handler-registry.js';
import { JobRunner } from './job-runner.js';
import { Lease, RunStopped } from './lease.js';
import { LeaseKeeper } from './lease-keeper.js';
import { OperationEnder } from './operation-ender.js';
import { OperationFailure, type OperationHandler } from './operation-handler.js';
import { OperationJournal } from './operation-journal.js';
import { RUN_OPERATION } from './operation-queue.js';
import { OperationRecorder } from './operation-recorder.js';
import { OperationRun } from './operation-run.js';
import { unlessStuck, waitAtMost } from './patience.js';
import { type RunEnd, endOf } from './run-end.js';

/** Channel on which a cancel request is told to whoever runs the operation; the payload is its id. */
export const CANCEL_CHANNEL = 'operation_cancel';
/** Milliseconds that running work is given to finish when the process stops. */
const drainMs = 6_000;
/** Milliseconds that a handler is given to stop when it is told to, so that an operation ends by its deadline + 5 s. */
const usualGraceMs = 3_000;

/** Takes operations from the queue, runs their handlers under a lease, and writes how they ended. */
@Injectable()
export class OperationWorker implements OnApplicationBootstrap, OnModuleDestroy {
  readonly id = `${process.pid.toString()}-${randomUUID()}`;
  private readonly logger = new Logger('Operations');
  private readonly runs = new Set<Promise<void>>();
  /** Those taken over, by id. */
  private readonly takenOver = new Set<string>();
  private isStopping = false;
  private jobs: JobRunner | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(DATABASE_URL) private readonly url: string,
    @Inject(ENGINE_OPTIONS) private readonly options: EngineOptions,
    private readonly notifications: Notifications,
    private readonly registry: HandlerRegistry,
    private readonly claims: Claims,
    private readonly leases: LeaseKeeper,
    private readonly journal: OperationJournal,
    private readonly ender: OperationEnder,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.options.workers === 0) return;
    this.notifications.listen(CANCEL_CHANNEL, (id) => this.leases.stop(id, new RunStopped('cancel')));
    this.jobs = new JobRunner({
      url: this.url,
      workers: this.options.workers,
      taskList: { [RUN_OPERATION]: (payload) => this.look(operationIdOf(payload)) },
      warn: (message) => this.logger.warn(message),
    });
    await this.jobs.start();
  }

  /** No new claims; what runs may finish, and what does not is handed over: its lease ends, so that the next worker looks. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    const stopped = this.jobs?.stop();
    await waitAtMost(Promise.allSettled(this.runs), drainMs);
    this.leases.stopAll(new RunStopped('handover'));
    await waitAtMost(Promise.allSettled([...this.runs, stopped]), 2_000);
    await waitAtMost(this.jobs?.close(), 500);
  }

  /**
   * Looks at operations whose worker was lost, beside the usual work and as many at once: they hold slots and turns, and all
   * workers may be busy for minutes. Those that are too many are left; whoever looks for lost ones names them again.
   */
  takeOver(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.isStopping || this.takenOver.size >= this.options.workers) return;
      if (this.takenOver.has(id)) continue;
      this.takenOver.add(id);
      void this.look(id)
        .catch((error: unknown) => this.logger.warn(`${id} could not be taken over: ${String(error)}`))
        .finally(() => this.takenOver.delete(id));
    }
  }

  private async look(id: string): Promise<void> {
    const claim = await this.claims.take(id, this.id);
    if (!claim) return;
    const run = this.perform(claim).catch((error: unknown) => {
      // The end could not be written. The lease runs out, and whoever takes over looks at the host.
      this.logger.error(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
    this.runs.add(run);
    await run.finally(() => this.runs.delete(run));
  }

  private async perform(claim: Claim): Promise<void> {
    const handler = this.registry.get(claim.operation.type);
    const lease = new Lease(claim.operation.id, claim.fence, claim.claimedAtMs);
    const stop = new AbortController();
    const deadline = setTimeout(() => stop.abort(new RunStopped('deadline')), handler.deadlineMs);
    this.leases.hold(lease, stop);
    if (claim.operation.cancelRequested) stop.abort(new RunStopped('cancel'));
    const recorder = new OperationRecorder(this.dataSource, this.journal, lease, {
      known: claim.operation,
      onCancelRequested: () => stop.abort(new RunStopped('cancel')),
    });
    const run = new OperationRun(claim, recorder, stop.signal, {
      plan: handler.steps,
      onWriteFailed: () => stop.abort(new RunStopped('lease_lost')),
    });
    try {
      const end = await this.outcome(claim, handler, { run, stop });
      if (end) await this.ender.end(end, { claim, run, recorder });
      else await this.handOver(lease);
    } catch (error) {
      if (!(error instanceof RunStopped)) throw error;
      this.logger.warn(`${lease.operationId}: ${error.message}; nothing more is written by this worker`);
    } finally {
      run.abandon();
      clearTimeout(deadline);
      this.leases.letGo(lease);
    }
  }

  /** How it ended; undefined: this worker must not say, because it lost the lease or hands over. */
  private async outcome(
    claim: Claim,
    handler: OperationHandler,
    { run, stop }: { run: OperationRun; stop: AbortController },
  ): Promise<RunEnd | undefined> {
    const { interruptedStep } = claim;
    const lostInEffect =
      interruptedStep !== undefined &&
      handler.steps.some((step) => step.name === interruptedStep && step.safety === 'at_most_once');
    try {
      const work = lostInEffect && handler.reconcile ? handler.reconcile(run, interruptedStep) : handler.run(run);
      const result = await unlessStuck(work, { signal: stop.signal, graceMs: handler.graceMs ?? usualGraceMs });
      return { kind: 'succeed', result };
    } catch (error) {
      const reason: unknown = error instanceof RunStopped ? error : stop.signal.reason;
      const stopped = reason instanceof RunStopped ? reason : undefined;
      if (stopped?.reason === 'lease_lost' || stopped?.reason === 'handover') return undefined;
      const actedOnHost = lostInEffect || run.hasActed;
      // The handler could not read what it needs. What did nothing to the host is begun again once Postgres is back, and one
      // that only asks what was done asks again.
      const canGoOn = !actedOnHost || lostInEffect;
      if (!stopped && canGoOn && !(error instanceof OperationFailure) && isDatabaseUnavailable(error)) return undefined;
      const end = endOf(error, { stopped, actedOnHost, deadlineMs: handler.deadlineMs });
      if (end.kind === 'fail' && end.code === 'INTERNAL') {
        this.logger.error(
          `${claim.operation.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      }
      return end;
    }
  }

  /** Ends the lease, so that the next worker looks. While Postgres is away it tries for as long as the lease is good. */
  private async handOver(lease: Lease): Promise<void> {
    while (lease.trustedForMs() > 0) {
      try {
        await this.dataSource.query(
          `UPDATE operations SET lease_until = clock_timestamp() WHERE id = $1 AND fence = $2 AND status = 'in_progress'`,
          [lease.operationId, lease.fence],
        );
        return;
      } catch (error) {
        if (!isDatabaseUnavailable(error)) throw error;
        await pause(250);
      }
    }
  }
}

function operationIdOf(payload: unknown): string {
  if (
    typeof payload === 'object' &&
    payload !== null &&
    'operationId' in payload &&
    typeof payload.operationId === 'string'
  ) {
    return payload.operationId;
  }
  throw new Error('A job without an operation id');
}
