/** How a REST route is declared: once, here; validated, bound, permitted, documented and tested from this declaration. */
import * as z from 'zod';
import type { Requirement } from '../access.js';
import type { ProblemCode } from '../errors.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface RouteDefinition {
  /** Unique name; the console's client function is called so. */
  readonly operationId: string;
  readonly method: Method;
  /** Below `/api`, with `{parameter}` in braces (OpenAPI 3.1 §4.8.8.1). */
  readonly path: string;
  readonly tag:
    | 'Set-up and sign-in'
    | 'Users and tokens'
    | 'Connections'
    | 'Host keys'
    | 'Services'
    | 'Certificates'
    | 'Issuers'
    | 'Notifications'
    | 'Operations'
    | 'Schedules'
    | 'System';
  readonly summary: string;
  readonly requires: Requirement;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Request headers that mean something to this route, by lower-case name. */
  readonly headers?: z.ZodObject;
  readonly success: {
    readonly status: 200 | 201 | 202 | 204;
    readonly body?: z.ZodType;
    /** Other media types the same facts come in, for example `text/event-stream`. */
    readonly alsoAs?: readonly string[];
  };
  /** Problems particular to this route. 400, 401, 403 and 503 follow from the declaration. */
  readonly problems?: readonly ProblemCode[];
}

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a bound controller method receives. */
export interface RouteInput<Route extends RouteDefinition> {
  readonly params: Output<Route['params']>;
  readonly query: Output<Route['query']>;
  readonly body: Output<Route['body']>;
  readonly headers: Output<Route['headers']>;
}

/** What it answers. */
export type RouteAnswer<Route extends RouteDefinition> = Route['success']['body'] extends z.ZodType
  ? z.output<Route['success']['body']>
  : void;

export const defineRoute = <const Route extends RouteDefinition>(route: Route): Route => route;
