/**
 * The one catalogue of permanent codes. A code never changes its meaning and is never re-used.
 *
 * `problem` codes are answered by REST as RFC 9457 `application/problem+json` (and inside socket acknowledgements);
 * `operation` codes end an operation as its `errorCode`. `advice` tells a person what to do next.
 */
import * as z from 'zod';
import {
  operationErrorCatalogue,
  type OperationErrorCode as OperationErrorCodeName,
} from './operation-error-catalogue.js';
import { problemCatalogue, type ProblemCode as ProblemCodeName } from './problem-catalogue.js';

export * from './operation-error-catalogue.js';
export * from './problem-catalogue.js';

export type ProblemCode = ProblemCodeName;
export const ProblemCode = z.enum(Object.keys(problemCatalogue) as [ProblemCode, ...ProblemCode[]]);

/** RFC 9457 §3 problem details, with Lockstep's permanent `code`. */
export const Problem = z
  .object({
    type: z.string().describe('A URI reference that names the kind of problem (RFC 9457 §3.1.1).'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: ProblemCode,
    correlationId: z.string().describe('Also in the server log, beside the cause.'),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

export type OperationErrorCode = OperationErrorCodeName;
export const OperationErrorCode = z.enum(
  Object.keys(operationErrorCatalogue) as [OperationErrorCode, ...OperationErrorCode[]],
);
