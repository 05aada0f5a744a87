import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DATABASE_URL } from '@lockstep/server-database';
import pg from 'pg';

/** Any key, the same in every process. */
const presenceLock = 7_251_003;

/**
 * Each process that works holds a shared advisory lock for as long as it lives. Who can take it alone at boot knows that no other
 * process is there. Asked only on an embedded database: there a lost session means a dead process, because nothing lies between.
 */
@Injectable()
export class WorkerPresence implements OnModuleDestroy {
  private client: pg.Client | undefined;

  constructor(@Inject(DATABASE_URL) private readonly url: string) {}

  /** Announces this process, and tells whether it is the only one. */
  async announce(): Promise<{ alone: boolean }> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'lockstep presence' });
    client.on('error', () => undefined);
    await client.connect();
    this.client = client;
    const { rows } = await client.query<{ alone: boolean }>('SELECT pg_try_advisory_lock($1) AS alone', [presenceLock]);
    await client.query('SELECT pg_advisory_lock_shared($1)', [presenceLock]);
    const alone = rows[0]?.alone ?? false;
    if (alone) await client.query('SELECT pg_advisory_unlock($1)', [presenceLock]);
    return { alone };
  }

  async onModuleDestroy(): Promise<void> {
    await this.client?.end().catch(() => undefined);
  }
}
