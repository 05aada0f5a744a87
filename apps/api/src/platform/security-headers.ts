import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

/** Routes are found however their letters are written, so policies must be too. */
export const isApiPath = (path: string): boolean => path.toLowerCase().startsWith('/api/');

/**
 * Headers on every answer. Pages set a policy of their own with a nonce; everything else may do nothing at all. HSTS only where the
 * request came over TLS, so that a plain loopback console is not locked out.
 */
export function securityHeaders(): ((request: Request, response: Response, next: NextFunction) => void)[] {
  const general = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: [`'none'`], frameAncestors: [`'none'`] } },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    crossOriginEmbedderPolicy: false,
  });
  const hsts = helmet.strictTransportSecurity({ maxAge: 31_536_000 });
  return [
    general,
    (request, response, next) => {
      if (isApiPath(request.path)) response.setHeader('Cache-Control', 'no-store');
      if (request.secure) hsts(request, response, next);
      else next();
    },
  ];
}
