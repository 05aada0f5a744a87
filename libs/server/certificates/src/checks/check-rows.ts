import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { CertificateCheck } from '@lockstep/contract';
import type { DataSource, EntityManager } from 'typeorm';
import { type CheckRow, isRunning, isWanted, nextCheck } from './check-schedule.js';

const hourMs = 3_600_000;
/** No check for so long: whoever relies on it is told. */
const overdueMs = 26 * hourMs;
/** Nobody looked for due renewals for so long, although each worker does every 20 seconds. */
const stalledMs = 600_000;
/** Who runs a check says so more often than this; else the next one begins it again. */
const claimSeconds = 300;

interface KnownRow extends CheckRow {
  readonly checked: number;
  readonly troubled: number;
  readonly renewalsLookedAt: Date;
  /** The database's clock. */
  readonly now: Date;
}

/** The row that makes all replicas one: when a check was begun, is claimed, and ended. By the database's clock alone. */
@Injectable()
export class CheckRows {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async read(): Promise<CertificateCheck> {
    const row = await readRow(this.dataSource.manager, '');
    const ageMs = row.now.getTime() - (row.endedAt ?? row.madeAt).getTime();
    const stalledFor = row.now.getTime() - row.renewalsLookedAt.getTime();
    return {
      running: isRunning(row, row.now),
      endedAt: row.endedAt?.toISOString() ?? null,
      nextAt: nextCheck(row, row.now).toISOString(),
      checked: row.checked,
      troubled: row.troubled,
      overdue: ageMs > overdueMs,
      renewalsStalled: stalledFor > stalledMs,
      renewalsLookedAt: row.renewalsLookedAt.toISOString(),
    };
  }

  /** Asks for one, unless one runs or is awaited. To the millisecond, because JavaScript's times know no finer ones. */
  async request(transaction: EntityManager): Promise<void> {
    await transaction.query(`UPDATE certificate_check SET requested_at = date_trunc('milliseconds', now())
      WHERE coalesce(claimed_until < now(), true) AND coalesce(requested_at <= begun_at, true)`);
  }

  /** True for the one that is to run what is wanted now. */
  claim(): Promise<boolean> {
    return this.dataSource.transaction(async (transaction) => {
      const row = await readRow(transaction, 'FOR UPDATE');
      if (!isWanted(row, row.now)) return false;
      await transaction.query(
        `UPDATE certificate_check SET begun_at = $1, claimed_until = $1::timestamptz + $2 * interval '1 second'`,
        [row.now, claimSeconds],
      );
      return true;
    });
  }

  /** Says that it is still being run. */
  async keep(): Promise<void> {
    await this.dataSource.query(
      `UPDATE certificate_check SET claimed_until = now() + $1 * interval '1 second' WHERE claimed_until IS NOT NULL`,
      [claimSeconds],
    );
  }

  async end({ checked, troubled }: { checked: number; troubled: number }): Promise<void> {
    await this.dataSource.query(
      'UPDATE certificate_check SET ended_at = now(), claimed_until = NULL, checked = $1, troubled = $2',
      [checked, troubled],
    );
  }

  /** Leaves it to another replica. */
  async abandon(): Promise<void> {
    await this.dataSource.query('UPDATE certificate_check SET claimed_until = NULL');
  }
}

async function readRow(manager: EntityManager, lock: '' | 'FOR UPDATE'): Promise<KnownRow> {
  const [row] = await manager.query<KnownRow[]>(`SELECT second_of_day AS "secondOfDay", made_at AS "madeAt",
    requested_at AS "requestedAt", begun_at AS "begunAt", claimed_until AS "claimedUntil", ended_at AS "endedAt", checked,
    troubled, renewals_looked_at AS "renewalsLookedAt", clock_timestamp() AS now FROM certificate_check ${lock}`);
  if (!row) throw new Error('The row of certificate_check is missing.');
  return row;
}
