import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Actor } from '@lockstep/contract';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import { ENGINE_OPTIONS, type EngineOptions, OperationFeed, OperationsService } from '@lockstep/server-operations';
import type { Subscription } from 'rxjs';
import type { DataSource, EntityManager } from 'typeorm';
import { renewalFacts } from './renewal-facts.js';
import { RenewalPlans } from './renewal-plans.js';

const lookMs = 20_000;
/** Any key, the same on every replica. */
const renewalsLock = 7_251_012;
/** Automatic renewals that one issuer is asked for at once, over all replicas. The others of a fleet take their turn. */
const mostOfAnIssuer = 4;
const actor: Actor = { kind: 'schedule', id: 'automatic-renewal', name: 'Automatic renewal' };

/** A certificate whose next attempt has come. */
interface Due {
  readonly certificateId: number;
  readonly name: string;
  readonly connectionId: number;
  readonly connectionName: string;
  readonly key: string;
}

/**
 * Those whose next attempt has come, the next one first. What has expired, and what could not be reached, comes before what
 * still has time. A plan that its facts have overtaken does not count, and what runs is joined by waiting for its end.
 */
const nextDue = `
  WITH due AS (${renewalFacts} WHERE c.next_attempt_at <= now() AND c.id <> ALL ($2))
  SELECT * FROM due WHERE "plannedFrom" = key AND NOT "isRunning"
    AND (SELECT count(*) FROM operations o JOIN certificates other ON other.id::text = o.target
         WHERE o.type = 'certificate_renewal' AND o.status IN ('pending', 'in_progress') AND o.created_by = 'auto'
           AND other.issuer_id = due."issuerId") < $1
  ORDER BY "notAfter" <= now() DESC, "isUnreachable" DESC, "notAfter" LIMIT 1`;

/** Starts what is due, once over all replicas. It looks by its own clock, and whenever a renewal has ended. */
@Injectable()
export class AutomaticRenewals implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Renewals');
  private looking: Promise<void> | undefined;
  private again = false;
  private isStopping = false;
  private endings: Subscription | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(ENGINE_OPTIONS) private readonly engine: EngineOptions,
    private readonly feed: OperationFeed,
    private readonly operations: OperationsService,
    private readonly plans: RenewalPlans,
  ) {}

  onApplicationBootstrap(): void {
    if (this.engine.workers === 0) return;
    this.endings = this.feed.events.subscribe(({ operation }) => {
      if (operation?.type === 'certificate_renewal' && operation.completedAt !== null) void this.look();
    });
    void this.look();
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    this.endings?.unsubscribe();
    await this.looking;
  }

  /** Plans what has changed and starts what is due. Never rejects; who asks while it looks gets another look after it. */
  @Interval(lookMs)
  look(): Promise<void> {
    if (this.engine.workers === 0 || this.isStopping) return Promise.resolve();
    this.again = true;
    this.looking ??= this.lookAgain().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookAgain(): Promise<void> {
    while (this.again && !this.isStopping) {
      this.again = false;
      try {
        await this.lookOnce();
      } catch (error) {
        if (!isDatabaseUnavailable(error)) this.logger.error(error);
      }
    }
  }

  private async lookOnce(): Promise<void> {
    await this.locked(async (transaction) => {
      await this.plans.renew(transaction);
      await transaction.query('UPDATE certificate_check SET renewals_looked_at = now()');
    });
    const refused: number[] = [];
    while (!this.isStopping) {
      const outcome = await this.startNext(refused);
      if (outcome === undefined) return;
      if (outcome.refused) refused.push(outcome.certificateId);
    }
  }

  /** Undefined: nothing is due, or another replica is at it. One that cannot be started does not keep the others waiting. */
  private async startNext(
    refused: readonly number[],
  ): Promise<{ certificateId: number; refused: boolean } | undefined> {
    let due: Due | undefined;
    try {
      await this.locked(async (transaction) => {
        [due] = await transaction.query<Due[]>(nextDue, [mostOfAnIssuer, refused]);
        if (due) await this.start(transaction, due);
      });
      return due && { certificateId: due.certificateId, refused: false };
    } catch (error) {
      if (due === undefined || isDatabaseUnavailable(error)) throw error;
      if (!(error instanceof Overtaken)) this.logger.error(`${due.name} could not be renewed: ${String(error)}`);
      return { certificateId: due.certificateId, refused: true };
    }
  }

  /**
   * Claim and operation are one transaction. Looked at last: from its insertion on the operation holds the slot, so whatever
   * a person began and ended before that is seen now, and then the claim never was.
   */
  private async start(transaction: EntityManager, { certificateId, key, ...due }: Due): Promise<void> {
    await transaction.query('UPDATE certificates SET next_attempt_at = NULL WHERE id = $1', [certificateId]);
    const answer = await this.operations.startWithin(transaction, {
      type: 'certificate_renewal',
      connection: { id: due.connectionId, name: due.connectionName },
      target: String(certificateId),
      actor,
      createdBy: 'auto',
    });
    const [now] = await transaction.query<{ key: string }[]>(`${renewalFacts} WHERE c.id = $1`, [certificateId]);
    if (answer === undefined || now?.key !== key) throw new Overtaken();
  }

  /** Does nothing while another replica holds the lock: it sees what this one would. */
  private locked(work: (transaction: EntityManager) => Promise<void>): Promise<void> {
    return this.dataSource.transaction(async (transaction) => {
      const [lock] = await transaction.query<{ held: boolean }[]>('SELECT pg_try_advisory_xact_lock($1) AS held', [
        renewalsLock,
      ]);
      if (lock?.held) await work(transaction);
    });
  }
}

/** Somebody renewed it between the look and the start. */
class Overtaken extends Error {}
