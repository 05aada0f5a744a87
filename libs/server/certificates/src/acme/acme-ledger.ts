import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { OperationFailure } from '@lockstep/server-operations';
import { DataSource } from 'typeorm';
import type { AcmeIssuerEntity } from './acme-issuer.js';

const hourMs = 3_600_000;
const weekMs = 7 * 24 * hourMs;

/**
 * Something that a CA counts, written down before the CA is asked: whoever is lost while it answers has counted it. What the
 * CA did not do after all is forgotten. `names` are those it is counted for.
 */
interface LedgerEntry {
  readonly kind: 'issued' | 'validation_failed';
  readonly names: readonly string[];
  readonly orderUrl: string;
}

/** An order between the request and the answer. */
interface OrderAttempt {
  placed(url: string): Promise<void>;
  /** The CA said no. */
  refused(): Promise<void>;
}

/** What was asked of CAs and what came of it, so that the last try that a CA allows is never used up. */
@Injectable()
export class AcmeLedger {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** An order that is about to be placed. What no limit counts any more is forgotten. */
  async ordering({ id, acme }: AcmeIssuerEntity, names: readonly string[]): Promise<OrderAttempt> {
    await this.dataSource.query(`DELETE FROM acme_ledger WHERE at < now() - interval '8 days'`);
    const [row] = await this.dataSource.query<{ id: string }[]>(
      `INSERT INTO acme_ledger (directory_url, issuer_id, kind, names) VALUES ($1, $2, 'ordered', $3) RETURNING id`,
      [acme.directoryUrl, id, names.toSorted()],
    );
    const change = async (statement: string, ...more: string[]): Promise<void> => {
      await this.dataSource.query(statement, [row?.id, ...more]);
    };
    return {
      // The CA may answer with an order that we had before.
      placed: (url) =>
        change(
          `UPDATE acme_ledger SET order_url = $2 WHERE id = $1
             AND NOT EXISTS (SELECT FROM acme_ledger WHERE order_url = $2 AND kind = 'ordered')`,
          url,
        ),
      refused: () => change('DELETE FROM acme_ledger WHERE id = $1'),
    };
  }

  /** Once for each order, however often it is told. */
  async record({ id, acme }: AcmeIssuerEntity, { kind, names, orderUrl }: LedgerEntry): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO acme_ledger (directory_url, issuer_id, kind, names, order_url) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (order_url, kind) DO UPDATE SET names = excluded.names`,
      [acme.directoryUrl, id, kind, names.toSorted(), orderUrl],
    );
  }

  /** It did not come to that. */
  async forget({ kind, orderUrl }: Pick<LedgerEntry, 'kind' | 'orderUrl'>): Promise<void> {
    await this.dataSource.query('DELETE FROM acme_ledger WHERE order_url = $1 AND kind = $2', [orderUrl, kind]);
  }

  /**
   * @param orderUrl the order that is gone on with: what was counted for it in advance is not counted twice
   * @throws {OperationFailure} ALLOWANCE_KEPT, with the time when it is possible again
   */
  async assertAllowed(issuer: AcmeIssuerEntity, names: readonly string[], orderUrl?: string): Promise<void> {
    const { failedValidationsPerHour, duplicatesPerWeek } = issuer.acme.allowance;
    const [failed, issued] = await Promise.all([
      this.failures(issuer, names, orderUrl),
      this.duplicates(issuer, names),
    ]);
    for (const [name, times] of failed) {
      const again = possibleAgain(times, failedValidationsPerHour, hourMs);
      if (again) throw kept(`${issuer.name} could not verify ${name} ${count(times)} within an hour`, again);
    }
    const again = possibleAgain(issued, duplicatesPerWeek, weekMs);
    if (again) throw kept(`${issuer.name} issued for exactly these names ${count(issued)} within 7 days`, again);
  }

  /** By name; of this account alone, and not of what was tried at another directory. */
  private async failures(
    { id, acme }: AcmeIssuerEntity,
    names: readonly string[],
    exceptOrder = '',
  ): Promise<Map<string, Date[]>> {
    const rows = await this.dataSource.query<{ name: string; at: Date }[]>(
      `SELECT name, at FROM acme_ledger, unnest(names) AS name
       WHERE kind = 'validation_failed' AND issuer_id = $1 AND at > now() - interval '1 hour' AND name = ANY ($2)
         AND order_url <> $3 AND directory_url = $4
       ORDER BY at DESC`,
      [id, names.map((name) => name.replace(/^\*\./, '')), exceptOrder, acme.directoryUrl],
    );
    const byName = new Map<string, Date[]>();
    for (const { name, at } of rows) byName.set(name, [...(byName.get(name) ?? []), at]);
    return byName;
  }

  /** By whichever account of ours. */
  private async duplicates({ acme }: AcmeIssuerEntity, names: readonly string[]): Promise<Date[]> {
    const rows = await this.dataSource.query<{ at: Date }[]>(
      `SELECT at FROM acme_ledger
       WHERE kind = 'issued' AND directory_url = $1 AND names = $2 AND at > now() - interval '7 days' ORDER BY at DESC`,
      [acme.directoryUrl, names.toSorted()],
    );
    return rows.map(({ at }) => at);
  }
}

/** When more than one try is left again; undefined: it is now. `times` newest first. */
function possibleAgain(times: readonly Date[], allowed: number, windowMs: number): Date | undefined {
  const decisive = times[allowed - 2];
  return decisive && new Date(decisive.getTime() + windowMs);
}

const count = ({ length }: readonly Date[]): string => (length === 1 ? 'once' : `${String(length)} times`);

const kept = (why: string, again: Date): OperationFailure =>
  new OperationFailure(
    'ALLOWANCE_KEPT',
    `${why}, and the last try that is allowed is kept: it is possible again at ${again.toISOString()}.`,
  );
