import { ProblemException } from '@lockstep/server-http';
import type { Request } from 'express';

/**
 * Refuses a request that a foreign page makes a browser send with its cookie. Browsers name the origin of every POST
 * (Fetch §3.2); a client without one is no browser and has no cookie of somebody else's.
 *
 * @throws {ProblemException} ORIGIN_REFUSED
 */
export function assertOwnOrigin(
  request: Pick<Request, 'headers' | 'protocol' | 'host'>,
  allowed: readonly string[],
): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined && site !== 'cross-site') return;
  const own = `${request.protocol}://${request.host}`;
  if (origin === undefined || ![own, ...allowed].includes(origin)) throw new ProblemException('ORIGIN_REFUSED');
}
