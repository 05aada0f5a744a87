import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import { Announcements } from '@lockstep/server-notifications';
import { ENGINE_OPTIONS, type EngineOptions } from '@lockstep/server-operations';
import type { DataSource, EntityManager } from 'typeorm';
import { AcmeProofs, type Proof } from './acme-proofs.js';
import { type LeftProof, ProofWithdrawal, hostOf } from './proof-withdrawal.js';

const lookMs = 10_000;

/**
 * Takes back proofs whose operation has ended without doing so: its worker was lost too often, or the host or the DNS
 * server was away. It is tried until it is done, and people are told while it is not.
 */
@Injectable()
export class LeftProofs implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Certificates');
  private isStopping = false;
  private running: Promise<void> | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(ENGINE_OPTIONS) private readonly engine: EngineOptions,
    private readonly proofs: AcmeProofs,
    private readonly withdrawal: ProofWithdrawal,
    private readonly announcements: Announcements,
  ) {}

  onApplicationBootstrap(): void {
    void this.look();
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  /** One look at a time; several replicas share the work. Never rejects. */
  @Interval(lookMs)
  look(): Promise<void> {
    if (this.engine.workers === 0 || this.isStopping) return Promise.resolve();
    this.running ??= this.takeBackAll()
      .catch((error: unknown) => {
        if (!isDatabaseUnavailable(error)) this.logger.error(error);
      })
      .finally(() => (this.running = undefined));
    return this.running;
  }

  private async takeBackAll(): Promise<void> {
    while (!this.isStopping) {
      const claimed = await this.proofs.claimLeft();
      const [first] = claimed;
      if (!first) return;
      const left = await this.withdrawal.takeBack(claimed);
      await this.dataSource.transaction((transaction) => this.tell(transaction, first, left));
      for (const { proof, isLost } of left) if (isLost) await this.proofs.forget(proof);
    }
  }

  private async tell(transaction: EntityManager, first: Proof, left: readonly LeftProof[]): Promise<void> {
    const subjectKey = `acme_proofs:${first.versionId}`;
    const host = hostOf(first);
    const about = {
      subjectKey,
      ...(host !== undefined && { connectionIds: [host] }),
      link: `/certificates/${String(first.certificateId)}`,
    };
    for (const { proof, refusedWay } of left) await this.proofs.noteFailure(transaction, proof, refusedWay);
    const [one] = left;
    if (one) {
      const { identifier, location } = one.proof.proof;
      const next = one.isLost ? 'It has to be removed by hand.' : 'It is tried again.';
      const text = `${location} for ${identifier} is still published: ${withFullStop(one.why)} ${next}`;
      this.logger.warn(text);
      const title = `A proof for ${identifier} could not be taken back`;
      await this.announcements.announce(transaction, { ...about, event: 'operation_failed', title, text });
    } else if ((await this.announcements.open(transaction, [subjectKey])).size > 0) {
      const { identifier, location } = first.proof;
      const text = `${location} for ${identifier} is not published any more.`;
      await this.announcements.recovered(transaction, { ...about, title: `a proof for ${identifier}`, text });
    }
  }
}

const withFullStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
