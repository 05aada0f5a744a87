import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import type { DataSource } from 'typeorm';
import { type Accepted, OperationAcceptance } from './operation-acceptance.js';
import type { StartRequest } from './start-request.js';

interface Waiting {
  readonly request: StartRequest;
  readonly resolve: (accepted: Accepted | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests of one transaction: enough for a burst, and few enough that none of its locks is held for long. */
const mostAtOnce = 100;

/**
 * Requests that come while others are being accepted share the next transaction. The audit chain lets only one transaction
 * at a time commit in any case; so fifty starts at once cost two commits instead of fifty in a row.
 */
@Injectable()
export class StartBatches {
  private readonly waiting: Waiting[] = [];
  private working = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly acceptance: OperationAcceptance,
  ) {}

  /** See `OperationAcceptance.accept`. */
  start(request: StartRequest): Promise<Accepted | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      void this.work();
    });
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    while (this.waiting.length > 0) await this.accept(this.waiting.splice(0, mostAtOnce));
    this.working = false;
  }

  /** Never throws. What spoils a common transaction is found by trying each request alone. */
  private async accept(batch: readonly Waiting[]): Promise<void> {
    try {
      const accepted = await this.dataSource.transaction(async (transaction) => {
        const all = await this.acceptance.accept(
          transaction,
          batch.map(({ request }) => request),
        );
        await this.acceptance.record(transaction, all);
        return all;
      });
      batch.forEach(({ resolve }, index) => resolve(accepted[index]));
    } catch (error) {
      if (batch.length === 1 || isDatabaseUnavailable(error)) batch.forEach(({ reject }) => reject(error));
      else for (const one of batch) await this.accept([one]);
    }
  }
}
