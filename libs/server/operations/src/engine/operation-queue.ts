import { Injectable } from '@nestjs/common';
import { prepared } from '@lockstep/server-database';
import type { EntityManager } from 'typeorm';

export const RUN_OPERATION = 'run_operation';

/**
 * Tells a worker, on commit, to look at an operation. A job is a hint and nothing more: the truth (status, turn, lease) is in
 * our rows, so a job that is lost, doubled or kept by a dead worker does no harm.
 */
@Injectable()
export class OperationQueue {
  /** `runAt`: not before this time. A job for the same operation that nobody has begun is replaced. */
  async add(transaction: EntityManager, operationId: string, runAt?: Date): Promise<void> {
    await transaction.query(
      `SELECT FROM graphile_worker.add_job('${RUN_OPERATION}', json_build_object('operationId', $1::text),
         job_key := $1::text, run_at := coalesce($2::timestamptz, now()), max_attempts := 3)`,
      [operationId, runAt ?? null],
    );
  }

  /** The same for several that were just accepted. */
  async addAll(transaction: EntityManager, operationIds: readonly string[]): Promise<void> {
    const jobs = operationIds.map((operationId) => ({
      identifier: RUN_OPERATION,
      payload: { operationId },
      job_key: operationId,
      max_attempts: 3,
    }));
    await transaction.query(
      prepared(`SELECT FROM graphile_worker.add_jobs(ARRAY(
         SELECT job FROM jsonb_populate_recordset(NULL::graphile_worker.job_spec, $1) AS job))`),
      [JSON.stringify(jobs)],
    );
  }

  /** The same for operations that may still have a job waiting, which then keeps its place. */
  async addIfLost(transaction: EntityManager, operationIds: readonly string[]): Promise<void> {
    if (operationIds.length === 0) return;
    await transaction.query(
      `SELECT FROM unnest($1::text[]) AS operation (id), graphile_worker.add_job('${RUN_OPERATION}',
         json_build_object('operationId', operation.id), job_key := operation.id, job_key_mode := 'preserve_run_at',
         max_attempts := 3)`,
      [operationIds],
    );
  }

  /** Lets one that is parked go on now. False: it is not parked. */
  async wake(transaction: EntityManager, operationId: string): Promise<boolean> {
    const [woken] = await transaction.query<unknown[]>(
      `WITH woken AS (
         UPDATE operations SET not_before = NULL
         WHERE id = $1 AND status = 'pending' AND not_before IS NOT NULL RETURNING id
       ) SELECT id FROM woken`,
      [operationId],
    );
    if (woken) await this.add(transaction, operationId);
    return woken !== undefined;
  }
}
