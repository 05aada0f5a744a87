import { HttpErrorResponse } from '@angular/common/http';
import { problemCatalogue, type Problem, type ProblemCode } from '@lockstep/contract';

/** A refusal, ready to be shown: what happened and what to do. */
export interface ReadableProblem {
  readonly code: ProblemCode | 'OFFLINE' | 'UNKNOWN';
  readonly title: string;
  readonly detail: string;
  readonly advice: string;
  readonly correlationId: string | null;
  /** By the path of a field of the body, for example `credential.privateKey`. */
  readonly fields: ReadonlyMap<string, string>;
}

const noFields: ReadonlyMap<string, string> = new Map();

/** Reads whatever a request threw (RFC 9457 problem details, a dropped link, anything else). Never throws itself. */
export function readProblem(error: unknown): ReadableProblem {
  if (!(error instanceof HttpErrorResponse)) return unknownProblem(error instanceof Error ? error.message : '');
  if (error.status === 0) return offlineProblem();
  const body = error.error as Partial<Problem> | null;
  if (typeof body !== 'object' || body === null || body.code === undefined || !(body.code in problemCatalogue)) {
    return unknownProblem(`HTTP ${error.status}`);
  }
  const known = problemCatalogue[body.code];
  return {
    code: body.code,
    title: body.title ?? known.title,
    // The server's sentence is the title or the advice where it knows no more; they are shown once.
    detail: body.detail === body.title || body.detail === known.advice ? '' : (body.detail ?? ''),
    advice: body.code === 'VALIDATION_FAILED' ? $localize`Correct what is marked.` : known.advice,
    correlationId: error.status >= 500 ? (body.correlationId ?? null) : null,
    fields: new Map((body.errors ?? []).map(({ path, message }) => [path.replace(/^body\./, ''), message])),
  };
}

const offlineProblem = (): ReadableProblem => ({
  code: 'OFFLINE',
  title: $localize`Lockstep cannot be reached`,
  detail: $localize`The request did not arrive, or its answer got lost.`,
  advice: $localize`Check that the server runs and that this device is connected, then try again.`,
  correlationId: null,
  fields: noFields,
});

const unknownProblem = (detail: string): ReadableProblem => ({
  code: 'UNKNOWN',
  title: $localize`Something went wrong`,
  detail,
  advice: $localize`Try again; if it stays, look into the server log of this time.`,
  correlationId: null,
  fields: noFields,
});
