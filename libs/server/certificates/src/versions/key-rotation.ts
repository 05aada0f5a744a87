import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { SecretBox, SecretUnreadableError } from '@lockstep/server-secrets';
import { DataSource } from 'typeorm';

/** Where keys and secrets are sealed: table, the column of the row's id, the column of the key. */
const sealedKeys = [
  ['certificate_versions', 'id', 'sealed_key'],
  ['internal_authorities', 'issuer_id', 'sealed_root_key'],
  ['internal_authorities', 'issuer_id', 'sealed_issuing_key'],
  ['acme_accounts', 'issuer_id', 'sealed_account_key'],
  ['acme_accounts', 'issuer_id', 'sealed_eab_key'],
  ['acme_accounts', 'issuer_id', 'sealed_provider_secret'],
  ['acme_staging_accounts', 'issuer_id', 'sealed_account_key'],
] as const;
type SealedKey = (typeof sealedKeys)[number];

interface SealedRow {
  readonly id: string;
  readonly sealed: Buffer;
}

const atOnce = 500;

/**
 * After a start with a new master key wraps the data keys of stored private keys anew, in the background, while they are in
 * use. No private key is opened. A version that is being made meanwhile is sealed by the new one already.
 */
@Injectable()
export class KeyRotation implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Certificates');
  private stopped = false;
  private running: Promise<void> | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.report();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** One look at all keys; answers how many do not open. Safe on several replicas at once. */
  async rotate(): Promise<number> {
    let unreadable = 0;
    for (const place of sealedKeys) {
      let last = '';
      while (!this.stopped) {
        const rows = await this.read(place, last);
        for (const row of rows) if (!(await this.rewrap(place, row))) unreadable += 1;
        if (rows.length < atOnce) break;
        last = rows.at(-1)?.id ?? last;
      }
    }
    return unreadable;
  }

  private read([table, id, column]: SealedKey, after: string): Promise<SealedRow[]> {
    return this.dataSource.query(
      `SELECT ${id}::text AS id, ${column} AS sealed FROM ${table} WHERE ${id}::text > $1 AND ${column} IS NOT NULL ORDER BY ${id}::text LIMIT $2`,
      [after, atOnce],
    );
  }

  private async rewrap([table, id, column]: SealedKey, { id: row, sealed }: SealedRow): Promise<boolean> {
    if (!this.box.isStale(sealed)) return true;
    try {
      const fresh = this.box.rewrap(sealed, { table, column, row });
      await this.dataSource.query(`UPDATE ${table} SET ${column} = $1 WHERE ${id}::text = $2 AND ${column} = $3`, [
        fresh,
        row,
        sealed,
      ]);
      return true;
    } catch (error) {
      if (error instanceof SecretUnreadableError) return false;
      throw error;
    }
  }

  private async report(): Promise<void> {
    try {
      const unreadable = await this.rotate();
      if (unreadable > 0)
        this.logger.warn(
          `${String(unreadable)} private keys were wrapped by another master key: give it as LOCKSTEP_MASTER_KEY_PREVIOUS`,
        );
    } catch (error) {
      this.logger.warn(`The private keys could not be wrapped anew; the next start tries again: ${String(error)}`);
    }
  }
}
