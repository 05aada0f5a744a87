import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Role } from '@lockstep/contract';
import { notFound } from '@lockstep/server-http';
import { DataSource } from 'typeorm';
import { findLiveSessions, findLiveTokens, useLiveToken } from './actor/credential-lookup.js';
import type { SignedInActor } from './actor/signed-in-actor.js';
import { AccessTokenService } from './sessions/access-token.service.js';
import { hashApiToken, looksLikeApiToken } from './tokens/api-token-text.js';

/** Who someone is, and what they may see. For REST and sockets alike. */
@Injectable()
export class AccessService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly accessTokens: AccessTokenService,
  ) {}

  /** The actor of an access token or API token, with the role as it is now; `undefined` when it does not count (any more). */
  async authenticate(token: string): Promise<SignedInActor | undefined> {
    if (looksLikeApiToken(token)) return useLiveToken(this.dataSource, hashApiToken(token));
    const claims = await this.accessTokens.read(token);
    if (claims === undefined) return undefined;
    const actor = (await findLiveSessions(this.dataSource, [claims.sessionId])).get(claims.sessionId);
    return actor === undefined ? undefined : { ...actor, expiresAt: claims.expiresAt };
  }

  /**
   * Each of the actors as they are now, in the same order, or `undefined` for one whose session or token was revoked or
   * ran out, or whose user was disabled or removed. For live sockets; two statements for any number of them.
   */
  async stillValid(actors: readonly SignedInActor[]): Promise<(SignedInActor | undefined)[]> {
    const unique = <Id>(ids: (Id | undefined)[]): Id[] => [...new Set(ids.filter((id) => id !== undefined))];
    const [sessions, tokens] = await Promise.all([
      findLiveSessions(this.dataSource, unique(actors.map(({ sessionId }) => sessionId))),
      findLiveTokens(this.dataSource, unique(actors.map(({ tokenId }) => tokenId))),
    ]);
    return actors.map(({ sessionId, tokenId, expiresAt }) => {
      if (expiresAt !== null && expiresAt.getTime() <= Date.now()) return undefined;
      const now = sessionId === undefined ? tokens.get(tokenId ?? 0) : sessions.get(sessionId);
      return now === undefined ? undefined : { ...now, expiresAt };
    });
  }

  /** A user as they are now; `undefined` when removed. For what acts on a user's behalf while they are away. */
  async standing(userId: number): Promise<{ username: string; role: Role; disabled: boolean } | undefined> {
    const rows: { username: string; role: Role; disabled: boolean }[] = await this.dataSource.query(
      'SELECT username, role, disabled FROM users WHERE id = $1',
      [userId],
    );
    return rows[0];
  }

  /** The connections that a user may see: all for an administrator, those granted by id or tag for others. */
  async visibleConnectionIds(userId: number): Promise<number[]> {
    const rows: { id: number }[] = await this.dataSource.query('SELECT id FROM visible_connection_ids($1) AS id', [
      userId,
    ]);
    return rows.map(({ id }) => id);
  }

  async isVisible(userId: number, connectionId: number): Promise<boolean> {
    const rows: { id: number }[] = await this.dataSource.query(
      'SELECT id FROM visible_connection_ids($1) AS id WHERE id = $2',
      [userId, connectionId],
    );
    return rows.length > 0;
  }

  /** @throws {ProblemException} NOT_FOUND for what one may not see, exactly as for what does not exist. */
  async assertVisible(actor: SignedInActor, connectionId: number): Promise<void> {
    if (!(await this.isVisible(actor.userId, connectionId))) throw notFound('connection');
  }
}
