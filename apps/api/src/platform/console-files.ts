import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { isApiPath } from './security-headers.js';

const indexPolicy = (nonce: string): string =>
  [
    `default-src 'self'`,
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types angular angular#bundler angular#components dompurify`,
  ].join('; ');

/** Serves the built console: hashed files for a year, and `index.html`, with a fresh nonce, for every page address. */
export function serveConsole(application: NestExpressApplication, directory: string): void {
  const isHashed = /-[\w-]{8}\.\w+$/;
  application.useStaticAssets(directory, {
    index: false,
    setHeaders: (response: Response, path: string) => {
      response.setHeader('Cache-Control', isHashed.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  application.use((request: Request, response: Response, next: NextFunction) => {
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && request.accepts('html') !== false;
    const isOurs = isApiPath(request.path) || request.path.startsWith('/socket.io/');
    if (!isPage || isOurs || isFile(request)) {
      next();
      return;
    }
    sendIndex(directory, response).catch(next);
  });
}

/** What has an ending is a file, unless a browser goes there: the page of a service is `…/services/nginx.service`. */
const isFile = ({ path, headers }: Request): boolean =>
  /\.\w+$/.test(path) && headers.accept?.includes('text/html') !== true;

async function sendIndex(directory: string, response: Response): Promise<void> {
  const nonce = randomBytes(18).toString('base64url');
  const page = await readFile(join(directory, 'index.html'), 'utf8');
  response.setHeader('Content-Security-Policy', indexPolicy(nonce));
  response.setHeader('Cache-Control', 'no-store');
  response.type('html').send(page.replaceAll('__CSP_NONCE__', nonce));
}
