import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { User, UserChange, UserInput } from '@lockstep/contract';
import { sqlState } from '@lockstep/server-database';
import { ProblemException, notFound } from '@lockstep/server-http';
import { DataSource, type EntityManager, MoreThan } from 'typeorm';
import type { SignedInActor } from '../actor/signed-in-actor.js';
import { type AuditActor, AuditService } from '../audit/audit.service.js';
import { type Page, readCursor, toPage } from '../keyset.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { hashPassword } from '../sign-in/password-hash.js';
import { assertGoodPassword } from '../sign-in/password-policy.js';
import { lockUser } from './administrators.js';
import { UserEntity } from './user.entity.js';
import { toUsers } from './user.mapper.js';

@Injectable()
export class UsersService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sessions: SessionsService,
    private readonly audit: AuditService,
  ) {}

  async list({ cursor, limit }: { cursor?: string | undefined; limit: number }): Promise<Page<User>> {
    const { manager } = this.dataSource;
    const where = { id: MoreThan(readCursor(cursor) ?? 0) };
    const users = await manager.find(UserEntity, { where, order: { id: 'ASC' }, take: limit + 1 });
    return toPage(await toUsers(manager, users), { limit, total: await manager.count(UserEntity) });
  }

  /** @throws {ProblemException} NAME_TAKEN, VALIDATION_FAILED for a password that is easy to guess. */
  async create(actor: AuditActor, { username, password, role }: UserInput): Promise<User> {
    assertGoodPassword(password, username);
    const passwordHash = await hashPassword(password);
    return this.transaction(async (manager) => {
      const user = await manager.save(UserEntity, { username, role, passwordHash, disabled: false });
      await this.audit.record(manager, {
        actor,
        action: 'user.created',
        subject: `user:${user.id}`,
        detail: { username, role },
      });
      return readUser(manager, user.id);
    });
  }

  /** @throws {ProblemException} NOT_FOUND, NAME_TAKEN, LAST_ADMINISTRATOR, VALIDATION_FAILED. */
  async change(actor: SignedInActor, id: number, { password, ...change }: UserChange): Promise<User> {
    const passwordHash = password === undefined ? undefined : await hashPassword(password);
    return this.transaction(async (manager) => {
      const user = await lockUser(
        manager,
        id,
        (role, disabled) => (change.role ?? role) === 'administrator' && !(change.disabled ?? disabled),
      );
      if (password !== undefined) assertGoodPassword(password, change.username ?? user.username);
      const fields = { ...change, ...(passwordHash !== undefined && { passwordHash }) };
      if (Object.keys(fields).length > 0) await manager.update(UserEntity, { id }, fields);
      if (passwordHash !== undefined || change.disabled === true) {
        await this.sessions.endOthers(
          manager,
          id,
          actor.userId === id && change.disabled !== true ? actor.sessionId : undefined,
        );
      }
      const detail = { ...change, ...(password !== undefined && { newPassword: true }) };
      await this.audit.record(manager, { actor, action: 'user.changed', subject: `user:${id}`, detail });
      return readUser(manager, id);
    });
  }

  /** @throws {ProblemException} NOT_FOUND, LAST_ADMINISTRATOR. */
  async remove(actor: SignedInActor, id: number): Promise<void> {
    await this.transaction(async (manager) => {
      const { username } = await lockUser(manager, id, () => false);
      await manager.delete(UserEntity, { id });
      await this.audit.record(manager, { actor, action: 'user.deleted', subject: `user:${id}`, detail: { username } });
    });
  }

  private async transaction<Result>(act: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    try {
      return await this.dataSource.transaction(act);
    } catch (error) {
      if (sqlState(error) === '23505') {
        const errors = [{ path: 'body.username', message: 'this name is taken' }];
        throw new ProblemException('NAME_TAKEN', undefined, { errors });
      }
      throw error;
    }
  }
}

/** @throws {ProblemException} NOT_FOUND */
export async function readUser(manager: EntityManager, id: number): Promise<User> {
  const [user] = await toUsers(manager, await manager.findBy(UserEntity, { id }));
  if (user === undefined) throw notFound('user');
  return user;
}
