import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type Problem, type ProblemCode, problemCatalogue } from '@lockstep/contract';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import type { Response } from 'express';
import { currentCorrelationId } from './correlation.js';
import { ProblemException } from './problem.exception.js';

const byStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'VALIDATION_FAILED',
  401: 'AUTHENTICATION_REQUIRED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  410: 'GONE',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
  503: 'DATABASE_UNAVAILABLE',
};

const statusOf = (error: unknown): number | undefined => {
  if (error instanceof HttpException) return error.getStatus();
  // body-parser's own errors bear a status and no class of Nest's
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') return error.status;
  return undefined;
};

/** Whatever was thrown, as a problem. Nothing of a stack, of SQL or of a path gets into it. */
export function toProblemException(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  if (isDatabaseUnavailable(error)) return new ProblemException('DATABASE_UNAVAILABLE', undefined, { retryAfter: 2 });
  const code = byStatus[statusOf(error) ?? 500];
  return new ProblemException(code ?? 'INTERNAL');
}

export const toProblem = (exception: ProblemException): Problem => ({
  type: `urn:lockstep:problem:${exception.code.toLowerCase().replaceAll('_', '-')}`,
  title: problemCatalogue[exception.code].title,
  status: exception.getStatus(),
  detail: exception.detail,
  code: exception.code,
  correlationId: currentCorrelationId(),
  ...(exception.errors ? { errors: [...exception.errors] } : {}),
});

/** Answers every error as `application/problem+json` (RFC 9457); the cause of an unexpected one goes to the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const exception = toProblemException(error);
    if (exception.code === 'INTERNAL') this.logger.error(`${currentCorrelationId()} ${describe(error)}`);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (exception.retryAfter !== undefined) response.setHeader('Retry-After', String(exception.retryAfter));
    response
      .status(exception.getStatus())
      .type('application/problem+json')
      .send(JSON.stringify(toProblem(exception)));
  }
}

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
