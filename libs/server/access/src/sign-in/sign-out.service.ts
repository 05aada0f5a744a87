import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { findLiveSessions } from '../actor/credential-lookup.js';
import { type AuditRecord, AuditService } from '../audit/audit.service.js';
import { AccessTokenService } from '../sessions/access-token.service.js';
import { SessionsService } from '../sessions/sessions.service.js';

@Injectable()
export class SignOutService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sessions: SessionsService,
    private readonly accessTokens: AccessTokenService,
    private readonly audit: AuditService,
  ) {}

  /** Ends the sessions of the refresh token and of the access token, whichever is there. An ended one stays ended. */
  async signOut(refreshToken: string | undefined, accessToken: string | undefined): Promise<void> {
    const named = [
      refreshToken === undefined ? undefined : this.sessions.sessionOf(refreshToken),
      accessToken === undefined ? undefined : (await this.accessTokens.read(accessToken))?.sessionId,
    ];
    const ids = [...new Set(named.filter((id) => id !== undefined))];
    await this.dataSource.transaction(async (manager) => {
      const ended: AuditRecord[] = [];
      for (const [sessionId, actor] of await findLiveSessions(manager, ids)) {
        if ((await this.sessions.end(manager, sessionId)) === undefined) continue;
        const subject = `user:${actor.userId}`;
        ended.push({ actor, action: 'session.ended', subject, detail: { session: sessionId } });
      }
      await this.audit.recordAll(manager, ended);
    });
  }
}
