import type { SignedInActor } from '@lockstep/server-access';
import { type LiveSocket, rooms } from './socket-messages.js';

/** A signed-in socket: who it is, what it follows, and when its token ends. */
export class LiveSession {
  private readonly followed = new Set<number>();
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
    clearTimeout(this.expiry);
    const leftMs = actor.expiresAt ? actor.expiresAt.getTime() - Date.now() : undefined;
    // setTimeout holds at most 2^31-1 ms; a token that lives longer is looked at again by then.
    if (leftMs !== undefined && leftMs < 2_147_483_647)
      this.expiry = setTimeout(() => this.end('The token has expired.'), leftMs);
    if (actor.role === 'administrator') void this.socket.join(rooms.administrators);
    else void this.socket.leave(rooms.administrators);
  }

  follow(connectionId: number): void {
    this.followed.add(connectionId);
    void this.socket.join(rooms.connection(connectionId));
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
    for (const connectionId of this.followed) {
      if (visible.has(connectionId)) continue;
      this.unfollow(connectionId);
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
    clearTimeout(this.expiry);
  }
}
