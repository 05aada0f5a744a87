import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Operation, OperationEventKind } from '@lockstep/contract';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import { OperationFeed } from '@lockstep/server-operations';
import { type Subscription, bufferTime, filter } from 'rxjs';
import { DataSource, type EntityManager } from 'typeorm';
import { Announcements } from '../announcing/announcements.service.js';
import { NOTIFICATIONS_OPTIONS, type NotificationsOptions } from '../notifications-options.js';
import { type Family, newsOf } from './operation-announcement.js';

const ends: readonly OperationEventKind[] = ['completed', 'failed', 'cancelled'];
/** Any key, the same on every replica. */
const watchLock = 7_251_013;
const gatherMs = 200;
const lookMs = 10_000;

/**
 * Announces how operations end. The engine's events are read from its table behind a cursor for each connection, which moves
 * in the transaction that announces: nothing is lost with a process, and of several replicas one tells it. The feed is the
 * hint to look.
 */
@Injectable()
export class OperationWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Notifications');
  private subscription: Subscription | undefined;
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly feed: OperationFeed,
    private readonly announcements: Announcements,
    @Inject(NOTIFICATIONS_OPTIONS) private readonly options: NotificationsOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.options.delivers) return;
    this.subscription = this.feed.events
      .pipe(
        filter(({ kind }) => ends.includes(kind)),
        bufferTime(gatherMs),
        filter((events) => events.length > 0),
      )
      .subscribe((events) => this.look(events.map(({ connectionId }) => connectionId)));
    this.timer = setInterval(() => this.look(null), lookMs);
    this.look(null);
  }

  async onModuleDestroy(): Promise<void> {
    this.subscription?.unsubscribe();
    clearInterval(this.timer);
    await this.turn;
  }

  /** Looks at these connections, or at all. One look at a time; a failed one is made up for by the next. */
  private look(connectionIds: readonly number[] | null): void {
    this.turn = this.turn.then(async () => {
      try {
        await this.dataSource.transaction((transaction) => this.announceEnds(transaction, connectionIds));
      } catch (error) {
        if (!isDatabaseUnavailable(error)) this.logger.error(error);
      }
    });
  }

  private async announceEnds(transaction: EntityManager, connectionIds: readonly number[] | null): Promise<void> {
    const ended = await this.readEnds(transaction, await this.moveCursors(transaction, connectionIds));
    const families = await this.families(transaction, ended);
    const news = ended.map((operation) => newsOf(operation, families(operation)));
    const recoveries = news.flatMap((one) => one.recoveries.map(({ subjectKey }) => subjectKey));
    const open = await this.announcements.open(transaction, recoveries);
    for (const { trouble, recoveries } of news) {
      if (trouble) {
        await this.announcements.announce(transaction, trouble);
        open.add(trouble.subjectKey);
      }
      // Nearly every operation completes and was in no trouble before: that costs no statement of its own.
      for (const recovery of recoveries)
        if (open.has(recovery.subjectKey)) await this.announcements.recovered(transaction, recovery);
    }
  }

  /** A rolling restart starts operations too, but is none and tells nothing itself. */
  private async families(
    transaction: EntityManager,
    ended: readonly Operation[],
  ): Promise<(operation: Operation) => Family> {
    const ids = ended.map(({ id }) => id);
    const parentIds = ended.flatMap(({ parentId }) => parentId ?? []);
    const rows = await transaction.query<{ id: string; completedAt: Date | null; failedOn: number[] }[]>(
      `SELECT id, completed_at AS "completedAt",
         ARRAY(SELECT c.connection_id FROM operations c WHERE c.parent_id = o.id AND c.status = 'failed') AS "failedOn"
       FROM operations o WHERE id = ANY ($1)`,
      [[...ids, ...parentIds]],
    );
    const known = new Map(rows.map((row) => [row.id, row]));
    return ({ id, parentId, startedAt }) => {
      const parent = parentId === null ? undefined : known.get(parentId);
      // One that is retried after the other's end tells for itself.
      const isChild = parent !== undefined && (parent.completedAt === null || parent.completedAt > new Date(startedAt));
      return { isChild, failedOn: known.get(id)?.failedOn ?? [] };
    };
  }

  /** Where something has ended since the cursors, which move on. One replica at a time; the next finds nothing new. */
  private async moveCursors(
    transaction: EntityManager,
    connectionIds: readonly number[] | null,
  ): Promise<readonly Move[]> {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [watchLock]);
    const moves = await transaction.query<Move[]>(
      `SELECT s.connection_id AS id, coalesce(c.position, 0) AS after, s.position AS upto
       FROM connection_streams s LEFT JOIN notification_cursors c USING (connection_id)
       WHERE ($1::integer[] IS NULL OR s.connection_id = ANY ($1))
         AND EXISTS (SELECT FROM operation_events e WHERE e.connection_id = s.connection_id
           AND e.position > coalesce(c.position, 0) AND e.kind = ANY ($2))`,
      [connectionIds, ends],
    );
    await transaction.query(
      `INSERT INTO notification_cursors SELECT * FROM unnest($1::integer[], $2::bigint[])
       ON CONFLICT (connection_id) DO UPDATE SET position = excluded.position`,
      [moves.map(({ id }) => id), moves.map(({ upto }) => upto)],
    );
    return moves;
  }

  private async readEnds(transaction: EntityManager, moves: readonly Move[]): Promise<Operation[]> {
    const rows = await transaction.query<{ operation: Operation }[]>(
      `SELECT e.data->'operation' AS operation FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS move (id, after, upto)
       JOIN operation_events e ON e.connection_id = move.id AND e.position > move.after AND e.position <= move.upto
       WHERE e.kind = ANY ($4) ORDER BY e.connection_id, e.position`,
      [moves.map(({ id }) => id), moves.map(({ after }) => after), moves.map(({ upto }) => upto), ends],
    );
    return rows.map(({ operation }) => operation);
  }
}

/** How far a connection's events were looked through before, and now. */
interface Move {
  readonly id: number;
  readonly after: string;
  readonly upto: string;
}
