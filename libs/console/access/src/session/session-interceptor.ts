import {
  HttpErrorResponse,
  type HttpEvent,
  type HttpHandlerFn,
  type HttpInterceptorFn,
  type HttpRequest,
} from '@angular/common/http';
import { inject } from '@angular/core';
import { CurlRecorder } from '@lockstep/console-ui';
import { Observable, catchError, from, switchMap, throwError } from 'rxjs';
import { Session } from './session';

/** Routes that are asked without a token. */
const anonymous = /^\/api\/(setup|auth\/(login|refresh|logout))$/;

/** Gives each request its token. A refused one is renewed once; failing that, the request waits until one has signed in again. */
export const sessionInterceptor: HttpInterceptorFn = (request, next) => {
  if (!request.url.startsWith('/api/') || anonymous.test(request.url)) return next(request);
  const session = inject(Session);
  inject(CurlRecorder).record({ method: request.method, path: request.urlWithParams, body: request.body });
  return from(session.token()).pipe(
    switchMap((token) => next(withToken(request, token))),
    catchError((error: unknown) => (isTokenRefused(error) ? again(request, next, session) : throwError(() => error))),
  );
};

function again(request: HttpRequest<unknown>, next: HttpHandlerFn, session: Session): Observable<HttpEvent<unknown>> {
  return from(session.renew()).pipe(
    switchMap(async (token) => token ?? (await session.whenSignedIn())),
    switchMap((token) => next(withToken(request, token))),
  );
}

const withToken = (request: HttpRequest<unknown>, token: string | null): HttpRequest<unknown> =>
  token === null ? request : request.clone({ setHeaders: { Authorization: `Bearer ${token}` } });

/** A wrong password is answered with 401 too, and is not the token's fault. */
function isTokenRefused(error: unknown): boolean {
  if (!(error instanceof HttpErrorResponse) || error.status !== 401) return false;
  return (error.error as { code?: string } | null)?.code !== 'CREDENTIALS_REFUSED';
}
