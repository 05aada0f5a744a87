import { Logger, type OnModuleDestroy } from '@nestjs/common';
import {
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
  WebSocketGateway,
} from '@nestjs/websockets';
import {
  type ClientAnswer,
  type ClientEventName,
  clientEvents,
  handshakeErrors,
  mayRole,
  socketPath,
} from '@lockstep/contract';
import { AccessEpoch, AccessService, type SignedInActor } from '@lockstep/server-access';
import { ProblemException, toProblemException } from '@lockstep/server-http';
import type { Subscription } from 'rxjs';
import { watchBackpressure } from './backpressure.js';
import { LiveSession } from './live-session.js';
import { LiveSubscriptions } from './live-subscriptions.js';
import { OperationFeed } from '../engine/operation-feed.js';
import { RightsCheck } from './rights-check.js';
import { type LiveServer, type LiveSocket, broadcast } from './socket-messages.js';

type Acknowledge = (answer: unknown) => void;

/**
 * The door for browsers. Nest’s guards and pipes do not reach a handshake, so it is guarded here: a token or no socket. Every
 * client event of the contract is answered by one function, checked for permission and shape in one place.
 */
@WebSocketGateway({ path: socketPath, transports: ['websocket'] })
export class OperationsGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect, OnModuleDestroy {
  private readonly logger = new Logger('Live');
  private readonly admitted = new WeakMap<LiveSocket, SignedInActor>();
  private readonly sessions = new Map<string, LiveSession>();
  private readonly following: Subscription[] = [];
  /** Undefined in a process that only works. */
  private server: LiveServer | undefined;
  private stopWatching: () => void = () => undefined;
  private readonly rights: RightsCheck;

  constructor(
    private readonly access: AccessService,
    private readonly epoch: AccessEpoch,
    private readonly feed: OperationFeed,
    private readonly subscriptions: LiveSubscriptions,
  ) {
    this.rights = new RightsCheck((sessions) => subscriptions.checkAgain(sessions));
  }

  afterInit(server: LiveServer): void {
    this.server = server;
    server.use((socket, next) => {
      this.admit(socket).then(() => next(), next);
    });
    this.following.push(
      this.feed.events.subscribe((event) => broadcast(server, event)),
      this.epoch.moved.subscribe(() => this.rights.check(this.sessions.values())),
    );
    this.stopWatching = watchBackpressure(server);
  }

  onModuleDestroy(): void {
    for (const subscription of this.following) subscription.unsubscribe();
    this.stopWatching();
    this.rights.stop();
    this.server?.disconnectSockets(true);
  }

  handleConnection(socket: LiveSocket): void {
    const actor = this.admitted.get(socket);
    if (!actor) throw new Error('A socket came in without being admitted');
    const session = new LiveSession(socket, actor);
    this.sessions.set(socket.id, session);
    // Rights may have changed between the token's check and now.
    this.rights.check([session]);
    for (const name of Object.keys(clientEvents) as ClientEventName[]) {
      socket.on(
        name as never,
        ((...values: unknown[]) => {
          const acknowledge = values.at(-1);
          const payload = typeof values[0] === 'function' ? undefined : values[0];
          void this.answer(socket, name, payload).then(
            typeof acknowledge === 'function' ? (acknowledge as Acknowledge) : () => undefined,
          );
        }) as never,
      );
    }
  }

  handleDisconnect(socket: LiveSocket): void {
    const session = this.sessions.get(socket.id);
    session?.close();
    if (session) this.rights.forget(session);
    this.sessions.delete(socket.id);
  }

  private async admit(socket: LiveSocket): Promise<void> {
    const { token } = socket.handshake.auth as { token?: unknown };
    if (typeof token !== 'string' || token === '') throw new Error(handshakeErrors.missing);
    const actor = await this.access.authenticate(token).catch(() => undefined);
    if (!actor) throw new Error(handshakeErrors.invalid);
    this.admitted.set(socket, actor);
  }

  /** Never throws: whatever goes wrong is an answer. */
  private async answer(
    socket: LiveSocket,
    name: ClientEventName,
    payload: unknown,
  ): Promise<ClientAnswer<ClientEventName>> {
    try {
      const session = this.sessions.get(socket.id);
      if (!session) throw new ProblemException('AUTHENTICATION_REQUIRED');
      const { permission, payload: schema } = clientEvents[name];
      if (!mayRole(session.actor.role, permission)) throw new ProblemException('PERMISSION_DENIED');
      const input = schema.safeParse(payload);
      if (!input.success) throw new ProblemException('VALIDATION_FAILED', input.error.issues[0]?.message);
      const answer = await this.subscriptions.handle(session, name, input.data);
      // The fresh token may have been revoked between its check and now.
      if (name === 'authenticate') this.rights.check([session]);
      return answer;
    } catch (error) {
      const problem = toProblemException(error);
      if (problem.code === 'INTERNAL') this.logger.error(error);
      return { ok: false, error: { code: problem.code, message: problem.detail } };
    }
  }
}
