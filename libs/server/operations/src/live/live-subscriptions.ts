import { Injectable } from '@nestjs/common';
import type { ClientAnswer, ClientEventName, ClientPayload } from '@lockstep/contract';
import { AccessService } from '@lockstep/server-access';
import { ProblemException } from '@lockstep/server-http';
import { OperationQueries } from '../engine/operation-queries.js';
import { type CatchUp, ConnectionSnapshots } from './connection-snapshots.js';
import type { LiveSession } from './live-session.js';
import { OperationFeed } from '../engine/operation-feed.js';
import { send } from './socket-messages.js';

type Handlers = {
  readonly [Name in ClientEventName]: (
    session: LiveSession,
    payload: ClientPayload<Name>,
  ) => Promise<ClientAnswer<Name>>;
};

/** What each client event does, once permission and shape are checked. */
@Injectable()
export class LiveSubscriptions {
  private readonly handlers: Handlers = {
    'subscribe:connection': (session, payload) =>
      this.subscribe(session, typeof payload === 'number' ? { connectionId: payload } : payload),
    'unsubscribe:connection': (session, connectionId) => {
      session.unfollow(connectionId);
      return Promise.resolve({ ok: true });
    },
    'subscribe:activity': (session) => this.subscribeActivity(session),
    authenticate: (session, { token }) => this.authenticate(session, token),
  };

  constructor(
    private readonly access: AccessService,
    private readonly feed: OperationFeed,
    private readonly snapshots: ConnectionSnapshots,
    private readonly queries: OperationQueries,
  ) {}

  handle<Name extends ClientEventName>(
    session: LiveSession,
    name: Name,
    payload: unknown,
  ): Promise<ClientAnswer<Name>> {
    return this.handlers[name](session, payload as ClientPayload<Name>);
  }

  /** Ends sockets whose token is no longer good, and takes the others out of rooms that they may no longer see. */
  async checkAgain(sessions: readonly LiveSession[]): Promise<void> {
    const valid = await this.access.stillValid(sessions.map(({ actor }) => actor));
    const visible = new Map<number, Promise<ReadonlySet<number>>>();
    for (const [index, session] of sessions.entries()) {
      const actor = valid[index];
      if (!actor) {
        session.end('The session has ended; sign in again.');
        continue;
      }
      session.authenticated(actor);
      const ids = visible.get(actor.userId) ?? this.visible(actor.userId);
      visible.set(actor.userId, ids);
      session.restrictTo(await ids);
    }
  }

  /** What was missed, then the snapshot, then live, in this order and without a hole. */
  private async subscribe(
    session: LiveSession,
    { connectionId, after }: { connectionId: number; after?: number | undefined },
  ): Promise<ClientAnswer<'subscribe:connection'>> {
    await this.access.assertVisible(session.actor, connectionId);
    let answer: CatchUp['snapshot'] | undefined;
    await this.feed.atStandstill(
      connectionId,
      (manager, position) => this.snapshots.read(manager, { connectionId, position, after }),
      ({ snapshot, missed }) => {
        for (const event of missed) send(session.socket, event);
        session.socket.emit('connection:operations', snapshot);
        session.follow(connectionId);
        answer = snapshot;
      },
    );
    if (!answer) throw new ProblemException('INTERNAL');
    return { ok: true, ...answer };
  }

  private async subscribeActivity(session: LiveSession): Promise<ClientAnswer<'subscribe:activity'>> {
    session.followActivity(await this.visible(session.actor.userId));
    return { ok: true, operations: await this.queries.active(session.actor.userId) };
  }

  private async authenticate(session: LiveSession, token: string): Promise<ClientAnswer<'authenticate'>> {
    const actor = await this.access.authenticate(token);
    if (!actor) throw new ProblemException('AUTHENTICATION_REQUIRED', 'This token is not valid.');
    if (actor.userId !== session.actor.userId)
      throw new ProblemException('PERMISSION_DENIED', 'This token belongs to another user.');
    session.authenticated(actor);
    return { ok: true, expiresAt: actor.expiresAt?.toISOString() ?? null };
  }

  private async visible(userId: number): Promise<ReadonlySet<number>> {
    return new Set(await this.access.visibleConnectionIds(userId));
  }
}
