import { setTimeout as pause } from 'node:timers/promises';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import type { DataSource, EntityManager } from 'typeorm';
import type { OperationEntity } from '../model/operation.entity.js';
import { type Lease, RunStopped } from './lease.js';
import type { Change, OperationJournal, ReadOperation } from './operation-journal.js';

type Write = (transaction: EntityManager, locked: ReadOperation) => Promise<void>;

/**
 * Writes for one worker's run. Every write compares the fence; a stale one is refused and ends the run. While the database
 * is away it tries again for as long as the lease can be trusted.
 *
 * As a rule nobody else changes the operation while it runs, so a write is one statement that holds only if the operation is
 * still as this worker knows it. If it is not (somebody asked to stop, another worker took over), it is locked and read.
 */
export class OperationRecorder {
  constructor(
    private readonly dataSource: DataSource,
    private readonly journal: OperationJournal,
    private readonly lease: Lease,
    private readonly run: {
      /** The operation as it is known; changed with every write. */
      known: OperationEntity;
      /** Called when a write sees that somebody asked to stop: the notification may have come before the run could hear it. */
      readonly onCancelRequested: () => void;
    },
  ) {}

  /** Makes the changes one after the other, each with its event. */
  record(changes: readonly Change[]): Promise<void> {
    return this.insist(async () => {
      const { known } = this.run;
      if (await this.journal.write(this.dataSource.manager, known, changes)) return;
      await this.fenced((transaction, { operation }) => this.journal.change(transaction, operation, changes));
    });
  }

  /** Does several things in one transaction, with the operation locked. */
  write(work: Write): Promise<void> {
    return this.insist(() => this.fenced(work));
  }

  /** @throws {RunStopped} when another worker may have taken over by now */
  assertTrusted(): void {
    if (this.lease.trustedForMs() <= 0) throw new RunStopped('lease_lost');
  }

  private async insist(attempt: () => Promise<void>): Promise<void> {
    for (;;) {
      this.assertTrusted();
      try {
        await attempt();
        return;
      } catch (error) {
        if (!isDatabaseUnavailable(error)) throw error;
        await pause(250);
      }
    }
  }

  private async fenced(work: Write): Promise<void> {
    this.run.known = await this.dataSource.transaction(async (transaction) => {
      const locked = await this.journal.lock(transaction, this.lease.operationId);
      if (!locked || locked.operation.completedAt || locked.operation.fence !== this.lease.fence) {
        throw new RunStopped('lease_lost');
      }
      if (locked.operation.cancelRequested) this.run.onCancelRequested();
      await work(transaction, locked);
      return locked.operation;
    });
  }
}
