import { inject } from '@angular/core';
import { Router, type CanActivateFn } from '@angular/router';
import type { Permission } from '@lockstep/contract';
import { Session } from './session';

/** Only for those signed in; others sign in first and come back. */
export const signedIn: CanActivateFn = (_route, state) => {
  if (inject(Session).user() !== null) return true;
  return inject(Router).createUrlTree(['/sign-in'], state.url === '/' ? {} : { queryParams: { then: state.url } });
};

/** Those who are signed in have nothing to do on the sign-in page. */
export const signedOut: CanActivateFn = () =>
  inject(Session).user() === null ? true : inject(Router).createUrlTree(['/']);

/** Only for roles that have this permission; others are led to the first page. */
export const permitted =
  (permission: Permission): CanActivateFn =>
  () =>
    inject(Session).may(permission) ? true : inject(Router).createUrlTree(['/']);
