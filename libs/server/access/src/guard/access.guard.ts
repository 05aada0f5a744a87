import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type RouteDefinition, mayRole } from '@lockstep/contract';
import { ProblemException, ROUTE } from '@lockstep/server-http';
import type { Request, Response } from 'express';
import { AccessService } from '../access.service.js';
import { rememberActor } from '../actor/current-actor.js';
import type { SignedInActor } from '../actor/signed-in-actor.js';
import { readRefreshCookie } from '../sessions/refresh-cookie.js';
import { SessionsService } from '../sessions/sessions.service.js';

/** Documents that a browser opens by navigation, where it cannot send a header. */
const openedByNavigation: ReadonlySet<string> = new Set(['getDocs', 'getOpenapi', 'getAsyncapi']);

/** RFC 6750 §2.1; the scheme's name is case-insensitive (RFC 9110 §11.1). */
export const bearerToken = (request: Pick<Request, 'headers'>): string | undefined =>
  /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];

/** Lets a request pass only if its route says what it requires and the actor has it. Deny by default. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly access: AccessService,
    private readonly sessions: SessionsService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // The gateway answers the contract's socket events itself, each with its permission. Any other way in is shut.
    if (context.getType() !== 'http') return false;
    const route = Reflect.getMetadata(ROUTE, context.getHandler()) as RouteDefinition | undefined;
    if (route === undefined) throw new ProblemException('PERMISSION_DENIED');
    if (route.requires === 'anonymous') return true;
    const actor = await this.authenticate(route, context);
    if (!mayRole(actor.role, route.requires)) throw new ProblemException('PERMISSION_DENIED');
    rememberActor(context.switchToHttp().getRequest<Request>(), actor);
    return true;
  }

  private async authenticate(route: RouteDefinition, context: ExecutionContext): Promise<SignedInActor> {
    const request = context.switchToHttp().getRequest<Request>();
    const token = bearerToken(request);
    const actor = token === undefined ? await this.byCookie(route, request) : await this.access.authenticate(token);
    if (actor !== undefined) return actor;
    context.switchToHttp().getResponse<Response>().setHeader('WWW-Authenticate', 'Bearer');
    throw new ProblemException('AUTHENTICATION_REQUIRED');
  }

  private async byCookie(route: RouteDefinition, request: Request): Promise<SignedInActor | undefined> {
    const cookie = openedByNavigation.has(route.operationId) ? readRefreshCookie(request) : undefined;
    return cookie === undefined ? undefined : this.sessions.actorOf(cookie);
  }
}
