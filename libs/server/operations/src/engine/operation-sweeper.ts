import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import type { DataSource } from 'typeorm';
import { ENGINE_OPTIONS, type EngineOptions } from './engine-options.js';
import { OperationQueue } from './operation-queue.js';
import { OperationWorker } from './operation-worker.js';
import { WorkerPresence } from './worker-presence.js';

const sweepMs = 2_000;

/**
 * Finds operations that nobody works on: whose lease ran out with its worker, or whose job was lost. Every process that works
 * looks every two seconds, so a dead worker's operation is picked up at most two seconds after its lease of twenty.
 */
@Injectable()
export class OperationSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Operations');
  private timer: NodeJS.Timeout | undefined;
  private sweeping = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(ENGINE_OPTIONS) private readonly options: EngineOptions,
    private readonly queue: OperationQueue,
    private readonly worker: OperationWorker,
    private readonly presence: WorkerPresence,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.options.workers === 0) return;
    if (this.options.embedded && (await this.presence.announce()).alone) await this.endLeasesOfNobody();
    await this.sweep();
    this.timer = setInterval(() => void this.sweepOnce(), sweepMs);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Nobody else is there, so every lease found at boot belongs to a process that is gone. */
  private async endLeasesOfNobody(): Promise<void> {
    await this.dataSource.query(
      `UPDATE operations SET lease_until = clock_timestamp() WHERE status = 'in_progress' AND lease_until > clock_timestamp()`,
    );
  }

  private async sweepOnce(): Promise<void> {
    if (this.sweeping) return;
    this.sweeping = true;
    try {
      await this.sweep();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    } finally {
      this.sweeping = false;
    }
  }

  /** Lost ones are looked for apart from those that only wait: there may be more waiting than one sweep takes. */
  private async sweep(): Promise<void> {
    const lost = await this.find(`o.status = 'in_progress' AND o.lease_until <= clock_timestamp()`);
    this.worker.takeOver(lost);
    const forgotten = await this.find(
      `o.status = 'pending' AND o.started_at < clock_timestamp() - interval '10 s'
       AND (o.not_before IS NULL OR o.not_before < clock_timestamp() - interval '10 s')
       AND NOT EXISTS (SELECT FROM operations b WHERE b.id = o.blocked_by AND b.status IN ('pending', 'in_progress'))
       AND NOT EXISTS (SELECT FROM graphile_worker.jobs j
         WHERE j.key = o.id::text AND j.locked_at IS NULL AND j.attempts < j.max_attempts)`,
    );
    await this.queue.addIfLost(this.dataSource.manager, forgotten);
  }

  private async find(which: string): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT o.id FROM operations o WHERE ${which} ORDER BY o.started_at LIMIT 500`,
    );
    return rows.map(({ id }) => id);
  }
}
