import { setTimeout as pause } from 'node:timers/promises';
import type { LogLine, OperationEventKind } from '@lockstep/contract';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import type { DataSource, EntityManager } from 'typeorm';
import type { OperationEntity } from '../model/operation.entity.js';
import { type Lease, RunStopped } from './lease.js';
import type { LockedOperation, OperationJournal } from './operation-journal.js';

type Write = (transaction: EntityManager, locked: LockedOperation) => Promise<void>;

/**
 * Writes for one worker's run. Every write locks the operation and compares the fence; a stale one is refused and ends the run.
 * While the database is away it tries again for as long as the lease can be trusted.
 */
export class OperationRecorder {
  constructor(
    private readonly dataSource: DataSource,
    private readonly journal: OperationJournal,
    private readonly lease: Lease,
    /** Called when a write sees that somebody asked to stop: the notification may have come before the run was there to hear it. */
    private readonly onCancelRequested: () => void = () => undefined,
  ) {}

  /** Changes the operation with its event. */
  change(kind: OperationEventKind, fields: (locked: LockedOperation) => Partial<OperationEntity>): Promise<void> {
    return this.write((transaction, locked) =>
      this.journal.change(transaction, locked.operation, { kind, with: fields(locked) }),
    );
  }

  log(lines: LogLine[]): Promise<void> {
    return this.write((transaction, { operation }) => this.journal.log(transaction, operation, lines));
  }

  async write(work: Write): Promise<void> {
    for (;;) {
      if (this.lease.trustedForMs() <= 0) throw new RunStopped('lease_lost');
      try {
        await this.dataSource.transaction((transaction) => this.fenced(transaction, work));
        return;
      } catch (error) {
        if (!isDatabaseUnavailable(error)) throw error;
        await pause(250);
      }
    }
  }

  private async fenced(transaction: EntityManager, work: Write): Promise<void> {
    const locked = await this.journal.lock(transaction, this.lease.operationId);
    if (!locked || locked.operation.completedAt || locked.operation.fence !== this.lease.fence) {
      throw new RunStopped('lease_lost');
    }
    if (locked.operation.cancelRequested) this.onCancelRequested();
    await work(transaction, locked);
  }
}
