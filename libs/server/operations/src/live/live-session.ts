import type { SignedInActor } from '@lockstep/server-access';
import { type LiveSocket, rooms } from './socket-messages.js';

/** The wish to follow a connection: void as soon as it is taken back, be it before or after it was fulfilled. */
export interface Following {
  joined: boolean;
}

/** The longest time that a timer of Node holds, in milliseconds. */
const longestTimerMs = 2_147_483_647;

/** A signed-in socket: who it is, what it follows, and when its token ends. */
export class LiveSession {
  private readonly followed = new Map<number, Following>();
  private closed = false;
  private checks = 0;
  private activity: { all: boolean; ids: ReadonlySet<number> } | undefined;
  private expiry: NodeJS.Timeout | undefined;

  constructor(
    readonly socket: LiveSocket,
    public actor: SignedInActor,
  ) {
    this.authenticated(actor);
  }

  /** A token was accepted, the first or a fresh one. The socket ends when it does. */
  authenticated(actor: SignedInActor): void {
    this.actor = actor;
    this.awaitExpiry();
    if (actor.role === 'administrator') void this.socket.join(rooms.administrators);
    else void this.socket.leave(rooms.administrators);
  }

  /** How often rights were applied. Who read rights before a higher count may have read old ones. */
  get timesChecked(): number {
    return this.checks;
  }

  /** To be called before it is asked whether the connection may be seen: a right that is taken away from then on voids the wish. */
  wish(connectionId: number): Following {
    const following = this.followed.get(connectionId) ?? { joined: false };
    this.followed.set(connectionId, following);
    return following;
  }

  isWished(connectionId: number, following: Following): boolean {
    return !this.closed && this.followed.get(connectionId) === following;
  }

  follow(connectionId: number, following: Following): void {
    following.joined = true;
    void this.socket.join(rooms.connection(connectionId));
  }

  /** The wish could not be fulfilled. Where the connection is followed already, it stays so. */
  giveUp(connectionId: number, following: Following): void {
    if (!following.joined && this.isWished(connectionId, following)) this.followed.delete(connectionId);
  }

  unfollow(connectionId: number): void {
    this.followed.delete(connectionId);
    void this.socket.leave(rooms.connection(connectionId));
  }

  /** `ids`: the connections whose updates it gets; the actor’s role may mean all, also those made later. */
  followActivity(ids: ReadonlySet<number>): void {
    const all = this.actor.role === 'administrator';
    for (const id of this.activity?.ids ?? []) if (all || !ids.has(id)) void this.socket.leave(rooms.activity(id));
    if (all) void this.socket.join(rooms.allActivity);
    else {
      void this.socket.leave(rooms.allActivity);
      for (const id of ids) void this.socket.join(rooms.activity(id));
    }
    this.activity = { all, ids: all ? new Set() : ids };
  }

  /** Leaves every room that the actor may no longer see. */
  restrictTo(visible: ReadonlySet<number>): void {
    this.checks += 1;
    for (const [connectionId, { joined }] of this.followed) {
      if (visible.has(connectionId)) continue;
      this.unfollow(connectionId);
      if (!joined) continue;
      this.socket.emit('access:lost', {
        scope: 'connection',
        connectionId,
        message: 'You may no longer see this connection.',
      });
    }
    if (this.activity) this.followActivity(visible);
  }

  end(message: string): void {
    this.socket.emit('access:lost', { scope: 'socket', connectionId: null, message });
    this.socket.disconnect(true);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.expiry);
  }

  private awaitExpiry(): void {
    clearTimeout(this.expiry);
    const { expiresAt } = this.actor;
    if (expiresAt === null || this.closed) return;
    const leftMs = expiresAt.getTime() - Date.now();
    this.expiry = setTimeout(
      () => (leftMs > longestTimerMs ? this.awaitExpiry() : this.end('The token has expired.')),
      Math.min(leftMs, longestTimerMs),
    );
  }
}
