import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { RouteDefinition } from '@lockstep/contract';
import type { Request } from 'express';
import type { z } from 'zod';
import { faultWords } from './fault-words.js';
import { type FieldError, ProblemException } from './problem.exception.js';
import { ROUTE } from './route.decorator.js';

type Part = 'params' | 'query' | 'body' | 'headers';
const parts: readonly Part[] = ['params', 'query', 'body', 'headers'];

const toFieldErrors = (part: Part, issues: readonly z.core.$ZodIssue[]): FieldError[] =>
  issues.map((issue) => ({ path: [part, ...issue.path.map(String)].join('.'), message: issue.message }));

/** Checks every part of a request against its route's schemas, and answers with all faults at once. */
export function readInput(route: RouteDefinition, request: Pick<Request, Part>): Record<Part, unknown> {
  const input: Record<Part, unknown> = { params: undefined, query: undefined, body: undefined, headers: undefined };
  const errors: FieldError[] = [];
  for (const part of parts) {
    const schema = route[part];
    if (schema === undefined) continue;
    const result = schema.safeParse(request[part] ?? {}, { error: faultWords });
    if (result.success) input[part] = result.data;
    else errors.push(...toFieldErrors(part, result.error.issues));
  }
  if (errors.length > 0) {
    const first = errors[0];
    throw new ProblemException('VALIDATION_FAILED', `${first?.path ?? ''}: ${first?.message ?? ''}`, { errors });
  }
  return input;
}

/** The validated `{ params, query, body, headers }` of the route that the method is bound to. */
export const Input = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const route: unknown = Reflect.getMetadata(ROUTE, context.getHandler());
  if (route === undefined) throw new Error(`@Input() needs @Route() on ${context.getHandler().name}`);
  return readInput(route as RouteDefinition, context.switchToHttp().getRequest<Request>());
});
