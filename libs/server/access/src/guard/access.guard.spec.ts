import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { type Role, type RouteDefinition, allRoutes, mayRole, routes } from '@lockstep/contract';
import { ROUTE } from '@lockstep/server-http';
import type { AccessService } from '../access.service.js';
import { actorOfRequest } from '../actor/current-actor.js';
import type { SignedInActor } from '../actor/signed-in-actor.js';
import type { SessionsService } from '../sessions/sessions.service.js';
import { AccessGuard, bearerToken } from './access.guard.js';

const actorWith = (role: Role): SignedInActor => ({
  kind: 'user',
  id: '1',
  userId: 1,
  username: 'ada',
  name: 'ada',
  role,
  expiresAt: null,
});
const isRole = (token: string): token is Role => ['administrator', 'operator', 'viewer'].includes(token);
/** Tokens and cookies are the name of a role; a real look-up is in the integration tests. */
const authenticate = (token: string): Promise<SignedInActor | undefined> =>
  Promise.resolve(isRole(token) ? actorWith(token) : undefined);
const guard = new AccessGuard({ authenticate } as AccessService, { actorOf: authenticate } as SessionsService);

const contextOf = (route: RouteDefinition | undefined, headers: Record<string, string> = {}, type = 'http') => {
  const handler = (): void => undefined;
  if (route !== undefined) Reflect.defineMetadata(ROUTE, route, handler);
  const request = { headers };
  const answered: Record<string, string> = {};
  const response = { setHeader: (name: string, value: string) => (answered[name] = value) };
  const http = { getRequest: () => request, getResponse: () => response };
  const context = {
    getType: () => type,
    getHandler: () => handler,
    switchToHttp: () => http,
  } as unknown as ExecutionContext;
  return { context, request, answered };
};
const verdict = async (route: RouteDefinition | undefined, headers?: Record<string, string>): Promise<string> =>
  guard.canActivate(contextOf(route, headers).context).then(
    (passes) => (passes ? 'passes' : 'refused'),
    (error: { code: string }) => error.code,
  );

describe('the guard', () => {
  it.each(allRoutes.map((route) => [route.operationId, route] as const))(
    'asks for what %s requires',
    async (_name, route) => {
      const isAnonymous = route.requires === 'anonymous';
      expect(await verdict(route)).toBe(isAnonymous ? 'passes' : 'AUTHENTICATION_REQUIRED');
      expect(await verdict(route, { authorization: 'Bearer forged' })).toBe(
        isAnonymous ? 'passes' : 'AUTHENTICATION_REQUIRED',
      );
      for (const role of ['administrator', 'operator', 'viewer'] as const) {
        const expected = mayRole(role, route.requires) ? 'passes' : 'PERMISSION_DENIED';
        expect(await verdict(route, { authorization: `Bearer ${role}` })).toBe(expected);
      }
    },
  );

  it('refuses a path that declares nothing, even to an administrator', async () => {
    expect(await verdict(undefined, { authorization: 'Bearer administrator' })).toBe('PERMISSION_DENIED');
  });

  it('refuses whatever does not come over HTTP', async () => {
    expect(
      await guard.canActivate(contextOf(routes.getMe, { authorization: 'Bearer administrator' }, 'ws').context),
    ).toBe(false);
  });

  it('takes the refresh cookie for documents only, and never instead of a token that is wrong', async () => {
    const cookie = '__Host-lockstep=viewer';
    expect(await verdict(routes.getDocs, { cookie })).toBe('passes');
    expect(await verdict(routes.getOpenapi, { cookie })).toBe('passes');
    expect(await verdict(routes.getAsyncapi, { cookie })).toBe('passes');
    expect(await verdict(routes.getMe, { cookie })).toBe('AUTHENTICATION_REQUIRED');
    expect(await verdict(routes.getDocs, { cookie, authorization: 'Bearer forged' })).toBe('AUTHENTICATION_REQUIRED');
  });

  it('hands the actor on, and names the scheme when one is missing', async () => {
    const passing = contextOf(routes.getMe, { authorization: 'bearer viewer' });
    await guard.canActivate(passing.context);
    expect(actorOfRequest(passing.request)?.role).toBe('viewer');
    const refused = contextOf(routes.getMe);
    await expect(guard.canActivate(refused.context)).rejects.toMatchObject({ code: 'AUTHENTICATION_REQUIRED' });
    expect(refused.answered).toEqual({ 'WWW-Authenticate': 'Bearer' });
    expect(actorOfRequest(refused.request)).toBeUndefined();
  });

  it.each([
    ['Bearer abc', 'abc'],
    ['bearer   abc ', 'abc'],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    ['', undefined],
  ])('reads %j as %s', (authorization, token) => {
    expect(bearerToken({ headers: { authorization } })).toBe(token);
  });
});
