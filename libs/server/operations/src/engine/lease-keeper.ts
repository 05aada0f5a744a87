import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Inject } from '@nestjs/common';
import { DATABASE_URL } from '@lockstep/server-database';
import pg from 'pg';
import { heartbeatMs, leaseSeconds } from './engine-options.js';
import { Lease, RunStopped } from './lease.js';

interface HeldLease {
  readonly lease: Lease;
  readonly stop: AbortController;
}

/**
 * Renews the leases of this process on a connection of its own, so that a busy pool cannot starve it, and stops a run as soon as
 * its lease can no longer be trusted. It also hears of cancel requests whose notification was lost.
 */
@Injectable()
export class LeaseKeeper implements OnModuleDestroy {
  private readonly logger = new Logger('Leases');
  private readonly held = new Map<string, HeldLease>();
  private client: pg.Client | undefined;
  private renewTimer: NodeJS.Timeout | undefined;
  private watchTimer: NodeJS.Timeout | undefined;
  private renewing: Promise<void> | undefined;

  constructor(@Inject(DATABASE_URL) private readonly url: string) {}

  /** A run of the same operation that is still here has lost its lease to this one. */
  hold(lease: Lease, stop: AbortController): void {
    this.stop(lease.operationId, new RunStopped('lease_lost'));
    this.held.set(lease.operationId, { lease, stop });
    this.renewTimer ??= setInterval(() => void this.renewOnce(), heartbeatMs);
    this.watchTimer ??= setInterval(() => this.stopDistrusted(), 250);
  }

  letGo(lease: Lease): void {
    if (this.held.get(lease.operationId)?.lease === lease) this.held.delete(lease.operationId);
    if (this.held.size > 0) return;
    clearInterval(this.renewTimer);
    clearInterval(this.watchTimer);
    this.renewTimer = this.watchTimer = undefined;
  }

  /** Aborts the run of an operation, if this process has it. */
  stop(operationId: string, stopped: RunStopped): void {
    this.held.get(operationId)?.stop.abort(stopped);
  }

  stopAll(stopped: RunStopped): void {
    for (const { stop } of this.held.values()) stop.abort(stopped);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.renewTimer);
    clearInterval(this.watchTimer);
    await this.client?.end().catch(() => undefined);
  }

  private stopDistrusted(): void {
    for (const { lease, stop } of this.held.values()) {
      if (lease.trustedForMs() <= 0) stop.abort(new RunStopped('lease_lost'));
    }
  }

  private async renewOnce(): Promise<void> {
    this.renewing ??= this.renew()
      .catch((error: unknown) => {
        this.logger.warn(`Leases could not be renewed: ${error instanceof Error ? error.message : String(error)}`);
        void this.client?.end().catch(() => undefined);
        this.client = undefined;
      })
      .finally(() => (this.renewing = undefined));
    await this.renewing;
  }

  private async renew(): Promise<void> {
    const startedAtMs = performance.now();
    const leases = [...this.held.values()].map(({ lease }) => lease);
    const client = (this.client ??= await this.connect());
    const { rows } = await client.query<{ id: string; cancel_requested: boolean }>(
      `UPDATE operations o SET lease_until = clock_timestamp() + make_interval(secs => $3)
       FROM unnest($1::uuid[], $2::integer[]) AS held (id, fence)
       WHERE o.id = held.id AND o.fence = held.fence AND o.status = 'in_progress'
       RETURNING o.id, o.cancel_requested`,
      [leases.map((lease) => lease.operationId), leases.map((lease) => lease.fence), leaseSeconds],
    );
    const renewed = new Map(rows.map((row) => [row.id, row]));
    for (const lease of leases) this.apply(lease, renewed.get(lease.operationId), startedAtMs);
  }

  private apply(lease: Lease, row: { cancel_requested: boolean } | undefined, startedAtMs: number): void {
    const held = this.held.get(lease.operationId);
    if (held?.lease !== lease) return;
    if (!row) held.stop.abort(new RunStopped('lease_lost'));
    else lease.renewed(startedAtMs);
    if (row?.cancel_requested) held.stop.abort(new RunStopped('cancel'));
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'lockstep leases',
      connectionTimeoutMillis: 3_000,
      query_timeout: 4_000,
      keepAlive: true,
    });
    client.on('error', () => {
      if (this.client === client) this.client = undefined;
    });
    await client.connect();
    return client;
  }
}
