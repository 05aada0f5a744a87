import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request, Response } from 'express';

/** `__Host-`: only from this host, only over TLS or loopback, for all paths (RFC 6265bis §4.1.3.2). */
const name = '__Host-lockstep';
const attributes = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const;

export const readRefreshCookie = (request: Pick<Request, 'headers'>): string | undefined =>
  parseCookie(request.headers.cookie ?? '')[name];

/** `maxAge` in seconds. */
export function setRefreshCookie(response: Response, value: string, maxAge: number): void {
  response.append('Set-Cookie', stringifySetCookie({ name, value, maxAge, ...attributes }));
}

export function clearRefreshCookie(response: Response): void {
  response.append('Set-Cookie', stringifySetCookie({ name, value: '', maxAge: 0, ...attributes }));
}
