import { Injectable } from '@nestjs/common';
import type { ClientAnswer, ClientEventName, ClientPayload } from '@lockstep/contract';
import { AccessService } from '@lockstep/server-access';
import { ProblemException } from '@lockstep/server-http';
import { OperationQueries } from '../engine/operation-queries.js';
import type { LiveSession } from './live-session.js';
import { type Joiner, SharedCatchUp } from './shared-catch-up.js';

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
    private readonly catchUp: SharedCatchUp,
    private readonly queries: OperationQueries,
  ) {}

  handle<Name extends ClientEventName>(
    session: LiveSession,
    name: Name,
    payload: unknown,
  ): Promise<ClientAnswer<Name>> {
    return this.handlers[name](session, payload as ClientPayload<Name>);
  }

  /**
   * Ends sockets whose token is no longer good, and takes the others out of rooms that they may no longer see. Answers those
   * that showed another token meanwhile, which is still to be checked. One call at a time: of two, the later may have read first.
   */
  async checkAgain(sessions: readonly LiveSession[]): Promise<LiveSession[]> {
    const actors = sessions.map(({ actor }) => actor);
    const valid = await this.access.stillValid(actors);
    const visible = new Map<number, Promise<ReadonlySet<number>>>();
    const changed: LiveSession[] = [];
    for (const [index, session] of sessions.entries()) {
      const actor = valid[index];
      const ids = actor && (await this.visibleOnce(actor.userId, visible));
      if (session.actor !== actors[index]) {
        changed.push(session);
      } else if (actor && ids) {
        session.authenticated(actor);
        session.restrictTo(ids);
      } else {
        session.end('The session has ended; sign in again.');
      }
    }
    return changed;
  }

  private async subscribe(
    session: LiveSession,
    { connectionId, after }: { connectionId: number; after?: number | undefined },
  ): Promise<ClientAnswer<'subscribe:connection'>> {
    const following = session.wish(connectionId);
    const joiner: Joiner = { session, following, after };
    try {
      await this.access.assertVisible(session.actor, connectionId);
      await this.catchUp.follow(connectionId, joiner);
    } finally {
      session.giveUp(connectionId, following);
    }
    if (!joiner.told) throw new ProblemException('CONFLICT', 'The subscription was ended before it began.');
    return { ok: true, ...joiner.told };
  }

  private async subscribeActivity(session: LiveSession): Promise<ClientAnswer<'subscribe:activity'>> {
    let timesChecked: number;
    let ids: ReadonlySet<number>;
    do {
      ({ timesChecked } = session);
      ids = await this.visible(session.actor.userId);
    } while (session.timesChecked !== timesChecked);
    session.followActivity(ids);
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

  private visibleOnce(userId: number, known: Map<number, Promise<ReadonlySet<number>>>): Promise<ReadonlySet<number>> {
    const ids = known.get(userId) ?? this.visible(userId);
    known.set(userId, ids);
    return ids;
  }

  private async visible(userId: number): Promise<ReadonlySet<number>> {
    return new Set(await this.access.visibleConnectionIds(userId));
  }
}
