import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const storage = new AsyncLocalStorage<string>();

/** The id of the request being answered; the same in the answer, in `X-Correlation-Id` and in the log. */
export const currentCorrelationId = (): string => storage.getStore() ?? 'none';

/** Express middleware: gives each request an id of its own. A client's id is not taken over, so that it cannot forge log lines. */
export function correlate(_request: Request, response: Response, next: NextFunction): void {
  const id = randomUUID();
  response.setHeader('X-Correlation-Id', id);
  storage.run(id, next);
}
