import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { findLiveSessions } from '../actor/credential-lookup.js';
import type { SignedInActor } from '../actor/signed-in-actor.js';
import { AuditService } from '../audit/audit.service.js';
import { AccessKeys } from '../keys/access-keys.js';
import { type RefreshToken, readRefreshToken, writeRefreshToken } from './refresh-token.js';

/** Seconds that the refresh token before the current one still counts, for tabs that refresh at the same moment. */
const grace = 10;
/** A session ends after a week without use, and after 30 days in any case. In seconds. */
const idleLife = 7 * 24 * 60 * 60;
const longestLife = 30 * 24 * 60 * 60;

interface SessionRow {
  readonly user_id: number;
  readonly generation: number;
  readonly in_grace: boolean;
}

/** A session with the refresh token to be kept by the browser; `maxAge` in seconds. */
export interface OpenedSession {
  readonly sessionId: string;
  readonly userId: number;
  readonly refreshToken: string;
  readonly maxAge: number;
}

type Rotation = OpenedSession | 'refused' | 'used_again';

/** Sessions and the rotation of their refresh tokens. */
@Injectable()
export class SessionsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly keys: AccessKeys,
    private readonly audit: AuditService,
  ) {}

  /** Signs a user in. */
  async open(manager: EntityManager, userId: number): Promise<OpenedSession> {
    const sessionId = randomUUID();
    await manager.query('UPDATE users SET last_sign_in_at = now() WHERE id = $1', [userId]);
    await manager.query(
      `INSERT INTO sessions (id, user_id, expires_at) VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))`,
      [sessionId, userId, idleLife],
    );
    return this.opened(userId, { sessionId, generation: 1 });
  }

  /**
   * The next refresh token for the current one. The one before gets the same answer during the grace; an older one was
   * used again, by a thief or by the one it was stolen from, so the whole session ends. `undefined`: sign in again.
   */
  async rotate(text: string): Promise<OpenedSession | undefined> {
    const token = readRefreshToken(this.keys.refreshToken, text);
    if (token === undefined) return undefined;
    // What a re-use ends must be committed, so it is no exception that leaves the transaction.
    const rotation = await this.dataSource.transaction((manager) => this.rotateLocked(manager, token));
    return typeof rotation === 'string' ? undefined : rotation;
  }

  /** Who a refresh token belongs to, without rotating it. For documents opened by navigation. */
  async actorOf(text: string): Promise<SignedInActor | undefined> {
    const token = readRefreshToken(this.keys.refreshToken, text);
    if (token === undefined) return undefined;
    const row = await this.findSession(this.dataSource.manager, token.sessionId, '');
    if (row === undefined || !isHonoured(row, token.generation)) return undefined;
    return (await findLiveSessions(this.dataSource, [token.sessionId])).get(token.sessionId);
  }

  /** The session that a refresh token of any generation belongs to, for signing out. */
  sessionOf(text: string): string | undefined {
    return readRefreshToken(this.keys.refreshToken, text)?.sessionId;
  }

  /** Ends one session. @returns its user, or `undefined` if it had ended already. */
  async end(manager: EntityManager, sessionId: string): Promise<number | undefined> {
    const [rows]: [{ user_id: number }[], number] = await manager.query(
      'UPDATE sessions SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING user_id',
      [sessionId],
    );
    return rows[0]?.user_id;
  }

  /** Ends all sessions of a user but one. */
  async endOthers(manager: EntityManager, userId: number, kept?: string): Promise<void> {
    await manager.query(
      'UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2::uuid',
      [userId, kept ?? null],
    );
  }

  /** Forgets sessions that ended more than a month ago. */
  async prune(): Promise<void> {
    const old = `least(expires_at, coalesce(revoked_at, expires_at)) < now() - interval '30 days'`;
    const rows: unknown[] = await this.dataSource.query(`SELECT FROM sessions WHERE ${old} LIMIT 1`);
    // Even a DELETE of nothing would raise the access epoch.
    if (rows.length > 0) await this.dataSource.query(`DELETE FROM sessions WHERE ${old}`);
  }

  private async rotateLocked(manager: EntityManager, token: RefreshToken): Promise<Rotation> {
    const row = await this.findSession(manager, token.sessionId, 'FOR UPDATE OF s');
    if (row === undefined) return 'refused';
    if (!isHonoured(row, token.generation)) return this.endUsedAgain(manager, row.user_id, token.sessionId);
    const next = token.generation + 1;
    if (row.generation === token.generation) await this.raiseGeneration(manager, token.sessionId);
    return this.opened(row.user_id, { sessionId: token.sessionId, generation: next });
  }

  private async raiseGeneration(manager: EntityManager, sessionId: string): Promise<void> {
    await manager.query(
      `UPDATE sessions SET generation = generation + 1, rotated_at = clock_timestamp(),
         expires_at = least(created_at + make_interval(secs => $3), clock_timestamp() + make_interval(secs => $2))
       WHERE id = $1`,
      [sessionId, idleLife, longestLife],
    );
  }

  private async endUsedAgain(manager: EntityManager, userId: number, sessionId: string): Promise<'used_again'> {
    await this.end(manager, sessionId);
    await this.audit.record(manager, {
      actor: { kind: 'anonymous', id: '', name: 'unknown' },
      action: 'session.token_reused',
      subject: `user:${userId}`,
      result: 'refused',
      detail: { session: sessionId },
    });
    return 'used_again';
  }

  private async findSession(
    manager: EntityManager,
    id: string,
    lock: '' | 'FOR UPDATE OF s',
  ): Promise<SessionRow | undefined> {
    const rows: SessionRow[] = await manager.query(
      `SELECT s.user_id, s.generation, s.rotated_at > clock_timestamp() - make_interval(secs => $2) AS in_grace
       FROM sessions s JOIN users u ON u.id = s.user_id
       WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND NOT u.disabled ${lock}`,
      [id, grace],
    );
    return rows[0];
  }

  private opened(userId: number, token: RefreshToken): OpenedSession {
    const refreshToken = writeRefreshToken(this.keys.refreshToken, token);
    return { sessionId: token.sessionId, userId, refreshToken, maxAge: idleLife };
  }
}

const isHonoured = (row: SessionRow, generation: number): boolean =>
  generation === row.generation || (generation === row.generation - 1 && row.in_grace);
