import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { OperationEvent } from '@lockstep/contract';
import { Notifications, isDatabaseUnavailable } from '@lockstep/server-database';
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
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private lookAtAll = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly notifications: Notifications,
  ) {}

  /** Every event of every connection, as it is committed. Each is told once to each process. */
  get events(): Observable<OperationEvent> {
    return this.subject;
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const { id, position } of await this.readStreams(true)) this.positions.set(id, position);
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
          events: await this.readNew(connectionId, snapshot, undefined),
          result: await work(snapshot, position),
        };
      });
      this.tell(connectionId, events);
      join(result);
    });
  }

  private hint(connectionId: number): void {
    if (this.dirty.has(connectionId)) return;
    this.dirty.add(connectionId);
    this.inTurn(connectionId, async () => {
      this.dirty.delete(connectionId);
      await this.pump(connectionId);
    }).catch((error: unknown) => this.failed(error));
  }

  private async pump(connectionId: number): Promise<void> {
    for (;;) {
      const events = await this.readNew(connectionId, this.dataSource.manager, batch);
      this.tell(connectionId, events);
      if (events.length < batch) return;
    }
  }

  private readNew(
    connectionId: number,
    manager: EntityManager,
    most: number | undefined,
  ): Promise<OperationEventEntity[]> {
    return manager
      .createQueryBuilder(OperationEventEntity, 'event')
      .where('event.connectionId = :connectionId AND event.position > :position', {
        connectionId,
        position: this.positions.get(connectionId) ?? 0,
      })
      .orderBy('event.position')
      .limit(most)
      .getMany();
  }

  private tell(connectionId: number, events: readonly OperationEventEntity[]): void {
    for (const event of events) {
      this.positions.set(connectionId, event.position);
      this.subject.next(toOperationEvent(event));
    }
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
      for (const { id, position } of await this.readStreams(this.lookAtAll)) {
        if (position > (this.positions.get(id) ?? 0)) this.hint(id);
      }
      this.lookAtAll = false;
    } catch (error) {
      this.failed(error);
    } finally {
      this.looking = false;
    }
  }

  /** After a failed look the recent ones do not suffice: it is not known since when nothing was read. */
  private failed(error: unknown): void {
    this.lookAtAll = true;
    if (!isDatabaseUnavailable(error)) this.logger.error(error);
  }

  private async readStreams(all: boolean): Promise<{ id: number; position: number }[]> {
    const rows = await this.dataSource.query<{ connection_id: number; position: string }[]>(
      `SELECT connection_id, position FROM connection_streams
       ${all ? '' : `WHERE touched_at > clock_timestamp() - interval '60 s'`}`,
    );
    return rows.map((row) => ({ id: row.connection_id, position: Number(row.position) }));
  }
}
