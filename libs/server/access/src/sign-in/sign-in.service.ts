import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { PasswordChange, SignInInput } from '@lockstep/contract';
import { ProblemException } from '@lockstep/server-http';
import { DataSource } from 'typeorm';
import type { SignedInActor } from '../actor/signed-in-actor.js';
import { type AuditActor, AuditService } from '../audit/audit.service.js';
import { type OpenedSession, SessionsService } from '../sessions/sessions.service.js';
import { UserEntity } from '../users/user.entity.js';
import { decoyHash, hashPassword, verifyPassword } from './password-hash.js';
import { assertGoodPassword } from './password-policy.js';
import { ThrottleService } from './throttle.service.js';
import { Turnstile } from './turnstile.js';

interface Proof {
  readonly username: string;
  readonly password: string;
  readonly address: string;
}

/** Checks passwords, for signing in and for changing them. */
@Injectable()
export class SignInService {
  private readonly turnstile = new Turnstile(2, 200);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly throttle: ThrottleService,
    private readonly sessions: SessionsService,
    private readonly audit: AuditService,
  ) {}

  /** @throws {ProblemException} CREDENTIALS_REFUSED, the same for an unknown user; TOO_MANY_REQUESTS. */
  async signIn({ username, password }: SignInInput, address: string): Promise<OpenedSession> {
    const user = await this.prove({ username, password, address });
    return this.dataSource.transaction(async (manager) => {
      const opened = await this.sessions.open(manager, user.id);
      await this.audit.record(manager, {
        actor: userActor(user),
        action: 'session.started',
        subject: `user:${user.id}`,
        detail: { address, session: opened.sessionId },
      });
      return opened;
    });
  }

  /** Changes one's own password and ends one's other sessions. @throws {ProblemException} as {@link signIn}. */
  async changePassword(actor: SignedInActor, change: PasswordChange, address: string): Promise<void> {
    if (actor.kind !== 'user')
      throw new ProblemException('PERMISSION_DENIED', 'An API token cannot change a password; sign in.');
    assertGoodPassword(change.password, actor.username);
    await this.prove({ username: actor.username, password: change.currentPassword, address });
    const passwordHash = await hashPassword(change.password);
    await this.dataSource.transaction(async (manager) => {
      await manager.update(UserEntity, { id: actor.userId }, { passwordHash });
      await this.sessions.endOthers(manager, actor.userId, actor.sessionId);
      await this.audit.record(manager, {
        actor,
        action: 'user.password_changed',
        subject: `user:${actor.userId}`,
        detail: { address },
      });
    });
  }

  /** Looks at the throttle inside the turnstile, right before the check: a burst is counted guess by guess. */
  private async prove(proof: Proof): Promise<UserEntity> {
    await this.throttle.assertNotBlocked(proof);
    if (this.turnstile.isFull) throw new ProblemException('TOO_MANY_REQUESTS', undefined, { retryAfter: 2 });
    return this.turnstile.pass(async () => {
      await this.throttle.assertNotBlocked(proof);
      const user = await this.findUser(proof.username);
      const isRight = await verifyPassword(proof.password, user?.passwordHash ?? (await decoyHash()));
      if (user === null || user.disabled || !isRight) {
        await this.refuse(proof, user);
        throw new ProblemException('CREDENTIALS_REFUSED');
      }
      await this.throttle.forgetFailures(proof.username);
      return user;
    });
  }

  private findUser(username: string): Promise<UserEntity | null> {
    const query = this.dataSource.getRepository(UserEntity).createQueryBuilder('user');
    return query.where('lower(user.username) = lower(:username)', { username }).getOne();
  }

  /** The name that was typed is kept only if it is a user's: people type passwords into the wrong field. */
  private async refuse(proof: Proof, user: UserEntity | null): Promise<void> {
    await this.throttle.countFailure(proof);
    await this.dataSource.transaction((manager) =>
      this.audit.record(manager, {
        actor: { kind: 'anonymous', id: '', name: 'unknown' },
        action: 'session.refused',
        subject: user === null ? 'user:unknown' : `user:${user.id}`,
        result: 'refused',
        detail: { address: proof.address, ...(user?.disabled === true && { disabled: true }) },
      }),
    );
  }
}

const userActor = ({ id, username }: UserEntity): AuditActor => ({ kind: 'user', id: String(id), name: username });
