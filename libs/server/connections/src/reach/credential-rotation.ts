import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { SecretBox, SecretUnreadableError } from '@lockstep/server-secrets';
import { DataSource } from 'typeorm';
import { placeOf } from './credential-vault.js';

interface SealedRow {
  readonly id: number;
  readonly sealed: Buffer;
}

const atOnce = 500;

/** What a round found; `unreadable` ones were wrapped by a key that is not here, or are damaged. */
export interface Rotation {
  readonly rewrapped: number;
  readonly unreadable: number;
}

/**
 * After a start with a new master key wraps the data keys of stored credentials anew, in the background, while they are in
 * use: a record opens before and after, and one that is stored meanwhile is left as it is. No secret is opened.
 */
@Injectable()
export class CredentialRotation implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Credentials');
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

  /** One look at all records. Safe on several replicas at once. */
  async rotate(): Promise<Rotation> {
    let [rewrapped, unreadable, last] = [0, 0, 0];
    while (!this.stopped) {
      const rows: SealedRow[] = await this.dataSource.query(
        `SELECT connection_id AS id, sealed FROM credentials WHERE connection_id > $1 ORDER BY connection_id LIMIT $2`,
        [last, atOnce],
      );
      for (const row of rows.filter(({ sealed }) => this.box.isStale(sealed))) {
        if (await this.rewrap(row)) rewrapped += 1;
        else unreadable += 1;
      }
      if (rows.length < atOnce) break;
      last = rows.at(-1)?.id ?? last;
    }
    return { rewrapped, unreadable };
  }

  /** False: it does not open. The old record is compared, so that a credential stored at this moment wins. */
  private async rewrap({ id, sealed }: SealedRow): Promise<boolean> {
    try {
      const fresh = this.box.rewrap(sealed, placeOf(id));
      await this.dataSource.query(`UPDATE credentials SET sealed = $1 WHERE connection_id = $2 AND sealed = $3`, [
        fresh,
        id,
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
      const { rewrapped, unreadable } = await this.rotate();
      if (rewrapped > 0) this.logger.log(`${String(rewrapped)} credentials are wrapped by the new master key now`);
      if (unreadable > 0)
        this.logger.warn(
          `${String(unreadable)} credentials were wrapped by another master key: give it as LOCKSTEP_MASTER_KEY_PREVIOUS`,
        );
    } catch (error) {
      this.logger.warn(`The credentials could not be wrapped anew; the next start tries again: ${String(error)}`);
    }
  }
}
