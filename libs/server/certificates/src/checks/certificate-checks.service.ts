import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { CertificateCheck } from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { Notifications, isDatabaseUnavailable } from '@lockstep/server-database';
import { ENGINE_OPTIONS, type EngineOptions } from '@lockstep/server-operations';
import type { DataSource } from 'typeorm';
import { FoundCertificatesService } from '../found/found-certificates.service.js';
import { CertificateAlerts } from './certificate-alerts.js';
import { CheckRows } from './check-rows.js';
import { Heartbeat } from './heartbeat.js';
import { type Deployed, ServedEndpoints } from './served-endpoints.js';

const lookMs = 30_000;
/** How often a check that goes on says so. */
const keepMs = 60_000;
/** Certificates that are looked at at the same time. */
const atOnce = 16;
/** How long who asks for a check waits for it. */
const patienceMs = 20_000;
const CHECK_CHANNEL = 'certificate_check';

/** Looks once a day, over all replicas, at what is really served, and whenever a person asks for it. */
@Injectable()
export class CertificateChecks implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Certificates');
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(ENGINE_OPTIONS) private readonly engine: EngineOptions,
    private readonly notifications: Notifications,
    private readonly rows: CheckRows,
    private readonly endpoints: ServedEndpoints,
    private readonly found: FoundCertificatesService,
    private readonly audit: AuditService,
    private readonly alerts: CertificateAlerts,
    private readonly heartbeat: Heartbeat,
  ) {}

  onApplicationBootstrap(): void {
    if (this.engine.workers === 0) return;
    this.notifications.listen(CHECK_CHANNEL, () => void this.look());
    void this.look();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  read(): Promise<CertificateCheck> {
    return this.rows.read();
  }

  /** Has a worker look now, or joins the look that goes on. Answers when it is over, or that it still runs. */
  async checkNow(actor: AuditActor): Promise<CertificateCheck> {
    await this.dataSource.transaction(async (transaction) => {
      await this.rows.request(transaction);
      await transaction.query(`SELECT pg_notify('${CHECK_CHANNEL}', '')`);
      await this.audit.record(transaction, { actor, action: 'certificates.checked', subject: 'certificates' });
    });
    for (const end = performance.now() + patienceMs; ;) {
      const check = await this.rows.read();
      const isOver = !check.running && Date.parse(check.nextAt) > Date.now();
      if (isOver || performance.now() > end) return check;
      await pause(100);
    }
  }

  /** Runs what is wanted, unless another replica does. Never rejects. */
  @Interval(lookMs)
  look(): Promise<void> {
    if (this.engine.workers === 0 || this.stopping.signal.aborted) return Promise.resolve();
    this.running ??= this.runIfWanted()
      .catch((error: unknown) => {
        if (!isDatabaseUnavailable(error)) this.logger.error(error);
      })
      .finally(() => (this.running = undefined));
    return this.running;
  }

  private async runIfWanted(): Promise<void> {
    if (!(await this.rows.claim())) return;
    const stillHere = setInterval(() => void this.rows.keep().catch(() => undefined), keepMs);
    try {
      const outcome = await this.checkAll();
      await this.alerts.tellExpiries();
      await this.rows.end(outcome);
      await this.heartbeat.beat();
    } catch (error) {
      await this.rows.abandon();
      if (!this.stopping.signal.aborted) throw error;
    } finally {
      clearInterval(stillHere);
    }
  }

  private async checkAll(): Promise<{ checked: number; troubled: number }> {
    const all = await this.endpoints.deployed();
    const waiting = all.values();
    const troubled = await Promise.all(Array.from({ length: atOnce }, () => this.checkEach(waiting)));
    const found = await this.found.checkFound(new Date(), this.stopping.signal);
    return {
      checked: all.length + found.checked,
      troubled: troubled.reduce((sum, count) => sum + count, found.failed),
    };
  }

  /** How many did not show what they should. */
  private async checkEach(waiting: Iterable<Deployed>): Promise<number> {
    let troubled = 0;
    for (const deployed of waiting) {
      if (!(await this.endpoints.check(deployed, this.stopping.signal))) troubled += 1;
    }
    return troubled;
  }
}
