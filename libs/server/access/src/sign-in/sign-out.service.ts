import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { findLiveSessions } from '../actor/credential-lookup.js';
import { AuditService } from '../audit/audit.service.js';
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
      for (const [sessionId, actor] of await findLiveSessions(manager, ids)) {
        if ((await this.sessions.end(manager, sessionId)) === undefined) continue;
        await this.audit.record(manager, {
          actor,
          action: 'session.ended',
          subject: `user:${actor.userId}`,
          detail: { session: sessionId },
        });
      }
    });
  }
}
