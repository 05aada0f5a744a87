import { allRoutes, routes } from '@lockstep/contract';
import { findRouteFaults } from './route-check.js';

const declared = [routes.getMe, routes.signIn];
const bound = declared.map((route) => ({ method: `Controller.${route.operationId}`, route }));

describe('the check of routes at boot', () => {
  it('is content when each declared route has one method', () => {
    expect(findRouteFaults(bound, declared)).toEqual([]);
  });

  it('names a method that answers a path which the contract does not declare', () => {
    expect(findRouteFaults([...bound, { method: 'Controller.secret', route: undefined }], declared)).toEqual([
      expect.stringContaining('Controller.secret'),
    ]);
  });

  it('names a route that nobody answers, and one that two answer', () => {
    expect(findRouteFaults(bound.slice(1), declared)).toEqual([expect.stringContaining('getMe')]);
    expect(findRouteFaults([...bound, { method: 'Other.getMe', route: routes.getMe }], declared)).toEqual([
      expect.stringContaining('Controller.getMe and Other.getMe'),
    ]);
  });
});

describe('the routes of the contract', () => {
  it('have unique names and unique addresses', () => {
    expect(new Set(allRoutes.map(({ operationId }) => operationId)).size).toBe(allRoutes.length);
    expect(new Set(allRoutes.map(({ method, path }) => `${method} ${path}`)).size).toBe(allRoutes.length);
  });

  it('leave nothing but set-up, sign-in and health to anonymous callers', () => {
    const open = allRoutes.filter(({ requires }) => requires === 'anonymous').map(({ path }) => path);
    expect([...new Set(open)].sort()).toEqual([
      '/auth/login',
      '/auth/logout',
      '/auth/refresh',
      '/health/live',
      '/health/ready',
      '/setup',
    ]);
  });
});
