import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Session, SessionUser } from '@lockstep/contract';
import { ProblemException } from '@lockstep/server-http';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { findLiveSessions } from '../actor/credential-lookup.js';
import type { SignedInActor } from '../actor/signed-in-actor.js';
import { AccessTokenService, accessTokenLife } from '../sessions/access-token.service.js';
import { setRefreshCookie } from '../sessions/refresh-cookie.js';
import type { OpenedSession } from '../sessions/sessions.service.js';

export const toSessionUser = ({ userId, username, role }: SignedInActor): SessionUser => ({
  id: userId,
  username,
  role,
});

/** Makes the answer to set-up, sign-in and refresh: access token in the body, refresh token in the cookie. */
@Injectable()
export class SessionAnswer {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly accessTokens: AccessTokenService,
  ) {}

  async give(response: Response, opened: OpenedSession): Promise<Session> {
    const actor = (await findLiveSessions(this.dataSource, [opened.sessionId])).get(opened.sessionId);
    // Disabled in this very moment.
    if (actor === undefined) throw new ProblemException('AUTHENTICATION_REQUIRED');
    const accessToken = await this.accessTokens.sign(actor.userId, opened.sessionId);
    setRefreshCookie(response, opened.refreshToken, opened.maxAge);
    return { accessToken, expiresIn: accessTokenLife, user: toSessionUser(actor) };
  }
}
