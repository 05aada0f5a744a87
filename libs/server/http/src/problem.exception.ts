import { HttpException } from '@nestjs/common';
import { type ProblemCode, problemCatalogue } from '@lockstep/contract';

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** A request that is not carried out, with a permanent code of the catalogue. `detail` is one sentence for a person. */
export class ProblemException extends HttpException {
  readonly errors: readonly FieldError[] | undefined;
  /** Seconds after which trying again may help; sent as `Retry-After` (RFC 9110 §10.2.3). */
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string = problemCatalogue[code].advice,
    more: { errors?: readonly FieldError[]; retryAfter?: number } = {},
  ) {
    super(detail, problemCatalogue[code].status);
    this.errors = more.errors;
    this.retryAfter = more.retryAfter;
  }
}

/** What one may not see does not exist: the same answer for both. */
export const notFound = (what: string): ProblemException =>
  new ProblemException('NOT_FOUND', `There is no such ${what}.`);
