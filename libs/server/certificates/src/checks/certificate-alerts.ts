import { Inject, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import { Announcements } from '@lockstep/server-notifications';
import { ENGINE_OPTIONS, type EngineOptions } from '@lockstep/server-operations';
import type { DataSource } from 'typeorm';
import { CheckRows } from './check-rows.js';
import { type Expiry, expiries } from './expiries.js';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const silence = 'certificate_check';

/** Tells people which certificates expire, and that nobody looked. */
@Injectable()
export class CertificateAlerts {
  private readonly logger = new Logger('Certificates');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(ENGINE_OPTIONS) private readonly engine: EngineOptions,
    private readonly announcements: Announcements,
    private readonly rows: CheckRows,
  ) {}

  /** Announces what expires soon and is not renewed, and what is renewed again. For the end of each check. */
  async tellExpiries(): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      const all = await expiries(transaction);
      const over = all.filter(({ isNear }) => !isNear);
      const open = await this.announcements.open(
        transaction,
        over.map(({ subjectKey }) => subjectKey),
      );
      for (const expiry of all.filter(({ isNear }) => isNear))
        await this.announcements.announce(transaction, { event: 'certificate_expiring', ...wordsOf(expiry) });
      for (const expiry of over)
        if (open.has(expiry.subjectKey)) await this.announcements.recovered(transaction, wordsOf(expiry));
    });
  }

  /** What lives for hours or days is announced when a quarter of that is left, and not at the next daily check. */
  @Interval(minuteMs)
  async tellShortLived(): Promise<void> {
    if (this.engine.workers === 0) return;
    try {
      await this.dataSource.transaction(async (transaction) => {
        const all = (await expiries(transaction)).filter(({ isShortLived }) => isShortLived);
        const keys = all.map(({ subjectKey }) => subjectKey);
        const open = await this.announcements.open(transaction, keys);
        for (const expiry of all) {
          const isTold = open.has(expiry.subjectKey);
          // It is repeated by the daily check.
          if (expiry.isNear && !isTold)
            await this.announcements.announce(transaction, { event: 'certificate_expiring', ...wordsOf(expiry) });
          if (!expiry.isNear && isTold) await this.announcements.recovered(transaction, wordsOf(expiry));
        }
      });
    } catch (error) {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    }
  }

  /** A dead man's switch: every process looks whether any of them still checks, also those that have no workers. */
  @Interval(hourMs)
  async tellSilence(): Promise<void> {
    try {
      const { overdue, renewalsStalled, endedAt, renewalsLookedAt } = await this.rows.read();
      const link = '/certificates';
      await this.dataSource.transaction(async (transaction) => {
        if (overdue || renewalsStalled) {
          const [what, since] = overdue ? ['The daily check', endedAt] : ['Automatic renewal', renewalsLookedAt];
          const text = `${what} has not run since ${since ?? 'Lockstep was set up'}. Is there a process with workers?`;
          const title = 'Certificates are not looked after';
          const announcement = { event: 'nothing_ran' as const, subjectKey: silence, title, text, link };
          await this.announcements.announce(transaction, announcement);
        } else if ((await this.announcements.open(transaction, [silence])).size > 0) {
          const text = 'The daily check and automatic renewal run again.';
          const title = 'certificates being looked after';
          await this.announcements.recovered(transaction, { subjectKey: silence, title, text, link });
        }
      });
    } catch (error) {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    }
  }
}

function wordsOf({ subjectKey, connectionIds, name, link, notAfter, hasExpired, isNear, isShortLived }: Expiry) {
  const [day = '', time = ''] = notAfter.toISOString().split('T');
  const when = isShortLived ? `${day} ${time.slice(0, 5)} UTC` : day;
  const text = hasExpired ? `${name} has expired on ${when}.` : `${name} is valid until ${when}.`;
  const title = isNear ? `${name} ${hasExpired ? 'has expired' : 'expires soon'}` : `the expiry of ${name}`;
  return { subjectKey, connectionIds, title, text, link };
}
