import { Injectable } from '@nestjs/common';
import type { ConnectionSnapshot } from '@lockstep/contract';
import { OperationFeed } from '../engine/operation-feed.js';
import { type CatchUp, ConnectionSnapshots } from './connection-snapshots.js';
import type { Following, LiveSession } from './live-session.js';
import { sendTogether, sendSnapshotTogether } from './socket-messages.js';

/** Someone who wants to follow a connection, from a cursor on or, where `after` is undefined, from now on. */
export interface Joiner {
  readonly session: LiveSession;
  readonly following: Following;
  readonly after: number | undefined;
  /** Set once it was told and follows; stays unset where the wish was void by then. */
  told?: ConnectionSnapshot;
}

/** Joiners that wait for the same standstill. */
interface Batch {
  readonly joiners: Joiner[];
  done: Promise<void>;
}

/**
 * Lets joiners that wait for the same connection share one standstill, one reading, and where their cursors are the same
 * also the encoded messages. After a cut of the line hundreds come back at once; one after the other, the last would wait
 * for seconds.
 */
@Injectable()
export class SharedCatchUp {
  private readonly open = new Map<number, Batch>();

  constructor(
    private readonly feed: OperationFeed,
    private readonly snapshots: ConnectionSnapshots,
  ) {}

  /** What was missed, then the snapshot, then live, in this order and without a hole. */
  follow(connectionId: number, joiner: Joiner): Promise<void> {
    const open = this.open.get(connectionId);
    if (open) {
      open.joiners.push(joiner);
      return open.done;
    }
    const batch: Batch = { joiners: [joiner], done: Promise.resolve() };
    this.open.set(connectionId, batch);
    batch.done = this.run(connectionId, batch).finally(() => this.close(connectionId, batch));
    return batch.done;
  }

  private run(connectionId: number, batch: Batch): Promise<void> {
    return this.feed.atStandstill(
      connectionId,
      (manager, position) => {
        // Whoever comes from here on is not in the reading, and waits for the next standstill.
        this.close(connectionId, batch);
        const cursors = new Set(batch.joiners.map(({ after }) => after));
        return this.snapshots.read(manager, { connectionId, position }, cursors);
      },
      (catchUps) => {
        for (const [after, joiners] of Map.groupBy(batch.joiners, (joiner) => joiner.after)) {
          const catchUp = catchUps.get(after);
          if (catchUp) admit(joiners, catchUp);
        }
      },
    );
  }

  private close(connectionId: number, batch: Batch): void {
    if (this.open.get(connectionId) === batch) this.open.delete(connectionId);
  }
}

function admit(joiners: readonly Joiner[], { snapshot, missed }: CatchUp): void {
  const { connectionId } = snapshot;
  // Unsubscribed, closed or no longer permitted while this was being read.
  const wished = joiners.filter(({ session, following }) => session.isWished(connectionId, following));
  const sockets = wished.map(({ session }) => session.socket);
  for (const event of missed) sendTogether(sockets, event);
  sendSnapshotTogether(sockets, snapshot);
  for (const joiner of wished) {
    joiner.session.follow(connectionId, joiner.following);
    joiner.told = snapshot;
  }
}
