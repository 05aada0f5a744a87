import { Controller, Inject, Req, Res } from '@nestjs/common';
import { type RouteInput, type Session, type SessionUser, routes } from '@lockstep/contract';
import { Input, ProblemException, Route } from '@lockstep/server-http';
import type { Request, Response } from 'express';
import { ACCESS_OPTIONS, type AccessOptions } from '../access-options.js';
import { CurrentActor } from '../actor/current-actor.js';
import type { SignedInActor } from '../actor/signed-in-actor.js';
import { bearerToken } from '../guard/access.guard.js';
import { clearRefreshCookie, readRefreshCookie } from '../sessions/refresh-cookie.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { assertOwnOrigin } from './origin-check.js';
import { SessionAnswer, toSessionUser } from './session-answer.js';
import { SignInService } from './sign-in.service.js';
import { SignOutService } from './sign-out.service.js';

@Controller()
export class SignInController {
  constructor(
    @Inject(ACCESS_OPTIONS) private readonly options: AccessOptions,
    private readonly signIns: SignInService,
    private readonly signOuts: SignOutService,
    private readonly sessions: SessionsService,
    private readonly answer: SessionAnswer,
  ) {}

  @Route(routes.signIn)
  async signIn(
    @Input() { body }: RouteInput<typeof routes.signIn>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session> {
    return this.answer.give(response, await this.signIns.signIn(body, request.ip ?? ''));
  }

  @Route(routes.refreshSession)
  async refresh(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<Session> {
    assertOwnOrigin(request, this.options.allowedOrigins);
    const opened = await this.sessions.rotate(readRefreshCookie(request) ?? '');
    if (opened !== undefined) return this.answer.give(response, opened);
    clearRefreshCookie(response);
    throw new ProblemException('AUTHENTICATION_REQUIRED');
  }

  @Route(routes.signOut)
  async signOut(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    assertOwnOrigin(request, this.options.allowedOrigins);
    await this.signOuts.signOut(readRefreshCookie(request), bearerToken(request));
    clearRefreshCookie(response);
  }

  @Route(routes.getMe)
  me(@CurrentActor() actor: SignedInActor): SessionUser {
    return toSessionUser(actor);
  }

  @Route(routes.changeMyPassword)
  changePassword(
    @CurrentActor() actor: SignedInActor,
    @Input() { body }: RouteInput<typeof routes.changeMyPassword>,
    @Req() request: Request,
  ): Promise<void> {
    return this.signIns.changePassword(actor, body, request.ip ?? '');
  }
}
