import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { OperationEvent } from '@lockstep/contract';
import { Notifications, isDatabaseUnavailable, prepared } from '@lockstep/server-database';
import { type Observable, Subject } from 'rxjs';
import type { DataSource, EntityManager } from 'typeorm';
import { EVENTS_CHANNEL } from './operation-journal.js';
import { OperationEventEntity } from '../model/operation-event.entity.js';
import { toOperationEvent } from '../model/operation.mapper.js';

const lookMs = 1_000;
const batch = 500;

/**
 * Reads the event table and tells this process, in the order of positions and without a hole, whatever replica wrote it.
 * NOTIFY is the hint to look; once a second it looks anyway. Other server code listens here: `feed.events`.
 */
@Injectable()
export class OperationFeed implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Feed');
  private readonly subject = new Subject<OperationEvent>();
  /** How far each connection has been told here. */
  private readonly positions = new Map<number, number>();
  private readonly turns = new Map<number, Promise<unknown>>();
  private readonly dirty = new Set<number>();
  /** Hinted at while something else was done about them. */
  private readonly postponed = new Set<number>();
  private reading = false;
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  /** The database's clock at the last look that was not followed by a failure. Undefined: everything is to be looked at. */
  private lookedAt: Date | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly notifications: Notifications,
  ) {}

  /** Every event of every connection, as it is committed. Each is told once to each process. */
  get events(): Observable<OperationEvent> {
    return this.subject;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { streams, now } = await this.readStreams();
    for (const { id, position } of streams) this.positions.set(id, position);
    this.lookedAt = now;
    this.notifications.listen(EVENTS_CHANNEL, (payload) => this.hint(Number(payload)));
    this.timer = setInterval(() => void this.look(), lookMs);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.subject.complete();
  }

  /**
   * Runs `work` while nothing is told about this connection, in a read-only snapshot of the database, after everything up to
   * that snapshot has been told. So a subscriber who joins inside misses nothing and gets nothing twice.
   */
  async atStandstill<Result>(
    connectionId: number,
    work: (snapshot: EntityManager, position: number) => Promise<Result>,
    join: (result: Result) => void,
  ): Promise<void> {
    await this.inTurn(connectionId, async () => {
      await this.pump(connectionId);
      const { events, result } = await this.dataSource.transaction('REPEATABLE READ', async (snapshot) => {
        const [stream] = await snapshot.query<{ position: string }[]>(
          `SELECT position FROM connection_streams WHERE connection_id = $1`,
          [connectionId],
        );
        const position = Number(stream?.position ?? 0);
        return {
          events: await this.readNew(snapshot, [connectionId], null),
          result: await work(snapshot, position),
        };
      });
      this.tell(events);
      join(result);
    });
  }

  private hint(connectionId: number): void {
    this.dirty.add(connectionId);
    void this.readHinted();
  }

  /** Hints that come while others are being read share the next statement: a busy server asks seldom, an idle one at once. */
  private async readHinted(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    while (this.dirty.size > 0) {
      const ids = [...this.dirty];
      this.dirty.clear();
      await this.pumpTogether(ids.filter((id) => this.isFree(id)));
    }
    this.reading = false;
  }

  /** Whether nothing is done about this connection now. If something is, it is hinted at again afterwards. */
  private isFree(connectionId: number): boolean {
    const turn = this.turns.get(connectionId);
    if (turn && !this.postponed.has(connectionId)) {
      this.postponed.add(connectionId);
      void turn.then(() => {
        this.postponed.delete(connectionId);
        this.hint(connectionId);
      });
    }
    return turn === undefined;
  }

  /** Never throws. */
  private async pumpTogether(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const reading = this.readNew(this.dataSource.manager, ids, batch).then((events) => this.tell(events));
    const turns = ids.map((id) => this.inTurn(id, () => reading));
    const [result] = await Promise.allSettled(turns);
    if (result?.status === 'rejected') this.failed(result.reason);
  }

  private async pump(connectionId: number): Promise<void> {
    for (;;) {
      const events = await this.readNew(this.dataSource.manager, [connectionId], batch);
      this.tell(events);
      if (events.length < batch) return;
    }
  }

  /** What has not been told yet of these connections, at most so many events of each, in the order of positions. */
  private async readNew(
    manager: EntityManager,
    ids: readonly number[],
    most: number | null,
  ): Promise<OperationEventEntity[]> {
    const rows = await manager.query<EventRow[]>(
      prepared(`SELECT event.* FROM unnest($1::integer[], $2::bigint[]) AS told (id, position)
       CROSS JOIN LATERAL (
         SELECT connection_id, position, operation_id, sequence, at, kind, data FROM operation_events e
         WHERE e.connection_id = told.id AND e.position > told.position
         ORDER BY e.position LIMIT $3
       ) AS event
       ORDER BY event.connection_id, event.position`),
      [ids, ids.map((id) => this.positions.get(id) ?? 0), most],
    );
    return rows.map(toEntity);
  }

  private tell(events: readonly OperationEventEntity[]): void {
    const counts = new Map<number, number>();
    for (const event of events) {
      const { connectionId } = event;
      counts.set(connectionId, (counts.get(connectionId) ?? 0) + 1);
      this.positions.set(connectionId, event.position);
      this.subject.next(toOperationEvent(event));
    }
    for (const [connectionId, count] of counts) if (count === batch) this.dirty.add(connectionId);
  }

  /** One thing at a time for each connection. */
  private inTurn<Result>(connectionId: number, work: () => Promise<Result>): Promise<Result> {
    const before = this.turns.get(connectionId) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.turns.set(connectionId, settled);
    void settled.then(() => {
      if (this.turns.get(connectionId) === settled) this.turns.delete(connectionId);
    });
    return mine;
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const { streams, now } = await this.readStreams(this.lookedAt);
      this.lookedAt = now;
      for (const { id, position } of streams) if (position > (this.positions.get(id) ?? 0)) this.hint(id);
    } catch (error) {
      this.failed(error);
    } finally {
      this.looking = false;
    }
  }

  /** After a failed look the recent ones do not suffice: it is not known since when nothing was read. */
  private failed(error: unknown): void {
    this.lookedAt = undefined;
    if (!isDatabaseUnavailable(error)) this.logger.error(error);
  }

  /**
   * Streams that were touched since then, or all. Counted from the last look and not from now: this process may have been
   * frozen in between. A touch is older than its commit by the length of a transaction, hence the minute.
   */
  private async readStreams(since?: Date): Promise<{ streams: { id: number; position: number }[]; now: Date }> {
    const rows = await this.dataSource.query<{ now: Date; connection_id: number | null; position: string | null }[]>(
      `SELECT clock.now, s.connection_id, s.position FROM (SELECT clock_timestamp() AS now) AS clock
       LEFT JOIN connection_streams s
         ON $1::timestamptz IS NULL OR s.touched_at > least($1::timestamptz, clock.now) - interval '60 s'`,
      [since ?? null],
    );
    const streams = rows.flatMap(({ connection_id: id, position }) =>
      id === null ? [] : [{ id, position: Number(position) }],
    );
    return { streams, now: rows[0]?.now ?? new Date(0) };
  }
}

interface EventRow extends Pick<OperationEventEntity, 'sequence' | 'at' | 'kind' | 'data'> {
  readonly connection_id: number;
  readonly position: string;
  readonly operation_id: string;
}

/** By hand: every event of every connection passes here. */
const toEntity = ({ connection_id, position, operation_id, ...rest }: EventRow): OperationEventEntity => ({
  ...rest,
  connectionId: connection_id,
  position: Number(position),
  operationId: operation_id,
});
