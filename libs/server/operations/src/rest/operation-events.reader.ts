import { Injectable } from '@nestjs/common';
import { type OperationEvent, type RouteAnswer, type routes } from '@lockstep/contract';
import { AccessEpoch, AccessService, type SignedInActor } from '@lockstep/server-access';
import { filter, merge } from 'rxjs';
import { OperationFeed } from '../engine/operation-feed.js';
import { OperationQueries } from '../engine/operation-queries.js';

type EventPage = RouteAnswer<typeof routes.getOperationEvents>;

const isEnd = (event: OperationEvent): boolean =>
  event.kind === 'completed' || event.kind === 'failed' || event.kind === 'cancelled';

const batch = 500;

/** Reads an operation’s numbered events from the table; the feed only says when to look again. */
@Injectable()
export class OperationEventsReader {
  constructor(
    private readonly queries: OperationQueries,
    private readonly feed: OperationFeed,
    private readonly access: AccessService,
    private readonly epoch: AccessEpoch,
  ) {}

  /** What there is after a sequence; where there is nothing, it waits up to `waitMs` for the next event. */
  async page(request: {
    id: string;
    after: number;
    limit: number;
    waitMs: number;
    signal: AbortSignal;
  }): Promise<EventPage> {
    const { id, after, limit } = request;
    // Listen first, look then: what comes between is not missed.
    const news = this.nextNews(id, AbortSignal.any([request.signal, AbortSignal.timeout(request.waitMs + 1)]));
    let items = await this.queries.events(id, after, limit);
    if (items.length === 0 && request.waitMs > 0 && !(await this.hasEnded(id, after))) {
      await news;
      items = await this.queries.events(id, after, limit);
    }
    const next = items.at(-1)?.sequence ?? after;
    return { items, next, ended: items.some(isEnd) || (items.length < limit && (await this.hasEnded(id, next))) };
  }

  /** All events after a sequence, then each as it comes, until the operation ends, the client goes or loses the right. */
  async *follow(request: {
    id: string;
    after: number;
    actor: SignedInActor;
    signal: AbortSignal;
  }): AsyncGenerator<OperationEvent> {
    let { after } = request;
    const expiry = request.actor.expiresAt ? request.actor.expiresAt.getTime() - Date.now() : undefined;
    const signals = [request.signal];
    if (expiry !== undefined && expiry < 2_147_483_647) signals.push(AbortSignal.timeout(Math.max(expiry, 1)));
    const signal = AbortSignal.any(signals);
    while (!signal.aborted) {
      const pause = new AbortController();
      const news = this.nextNews(request.id, AbortSignal.any([signal, pause.signal]));
      const events = await this.queries.events(request.id, after, batch);
      for (const event of events) {
        yield event;
        after = event.sequence;
        if (isEnd(event)) return;
      }
      if (events.length > 0) pause.abort();
      else if (await this.hasEnded(request.id, after)) return;
      await news;
      if (!(await this.maySee(request))) return;
    }
  }

  private async hasEnded(id: string, after: number): Promise<boolean> {
    const state = await this.queries.state(id);
    return state === undefined || (state.ended && state.sequence <= after);
  }

  private async maySee({ id, actor }: { id: string; actor: SignedInActor }): Promise<boolean> {
    const [valid] = await this.access.stillValid([actor]);
    if (!valid) return false;
    return this.queries.get(valid.userId, id).then(
      () => true,
      () => false,
    );
  }

  /** Resolves at the operation’s next event, when rights change, or when the signal says to stop waiting. */
  private nextNews(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const own = this.feed.events.pipe(filter((event) => event.operationId === id));
      const subscription = merge(own, this.epoch.moved).subscribe(() => done());
      const done = (): void => {
        subscription.unsubscribe();
        signal.removeEventListener('abort', done);
        resolve();
      };
      if (signal.aborted) done();
      else signal.addEventListener('abort', done);
    });
  }
}
