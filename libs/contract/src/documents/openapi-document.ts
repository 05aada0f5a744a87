/** The OpenAPI 3.1 document, made from the same declarations that validate, permit and bind the routes. */
import type * as z from 'zod';
import { Problem, problemCatalogue, type ProblemCode } from '../errors.js';
import type { RouteDefinition } from '../routes/define-route.js';
import { allRoutes } from '../routes/index.js';
import { SchemaCollection, type JsonSchema } from './json-schemas.js';

export interface DocumentOptions {
  /** The product's version, for `info.version`. */
  readonly version: string;
}

const description = [
  'Everything the console does goes through these routes. Sign in for an access token, or make an API token under Settings,',
  'and send it as `Authorization: Bearer …`. Errors are `application/problem+json` (RFC 9457) with a permanent `code`.',
].join(' ');

/** Builds the whole document. Pure; the server serves it and `libs/contract/openapi.json` is a copy for the client's generator. */
export function buildOpenapiDocument(options: DocumentOptions): JsonSchema {
  const schemas = new SchemaCollection();
  const problem = schemas.describe(Problem, 'output');
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of allRoutes) {
    (paths[route.path] ??= {})[route.method] = describeRoute(route, schemas, problem);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Lockstep', version: options.version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/api' }],
    tags: [...new Set(allRoutes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components(),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An access token or an API token.' } },
    },
  };
}

function describeRoute(route: RouteDefinition, schemas: SchemaCollection, problem: JsonSchema): JsonSchema {
  const parameters = [
    ...describeParameters(route.params, 'path', schemas),
    ...describeParameters(route.query, 'query', schemas),
    ...describeParameters(route.headers, 'header', schemas),
  ];
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    security: route.requires === 'anonymous' ? [] : [{ bearer: [] }],
    'x-requires': route.requires,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === undefined ? {} : { requestBody: describeBody(route.body, schemas) }),
    responses: { [route.success.status]: describeSuccess(route, schemas), ...describeProblems(route, problem) },
  };
}

function describeBody(body: z.ZodType, schemas: SchemaCollection): JsonSchema {
  return { required: true, content: { 'application/json': { schema: schemas.describe(body, 'input') } } };
}

function describeSuccess(route: RouteDefinition, schemas: SchemaCollection): JsonSchema {
  const { status, body, alsoAs = [] } = route.success;
  const words = status === 204 ? 'Done; no content.' : status === 202 ? 'Accepted.' : status === 201 ? 'Made.' : 'OK.';
  if (body === undefined) return { description: words };
  const text = alsoAs.filter((mediaType) => mediaType !== 'text/event-stream');
  const main = text.length > 0 ? {} : { 'application/json': { schema: schemas.describe(body, 'output') } };
  const others = Object.fromEntries(alsoAs.map((mediaType) => [mediaType, { schema: { type: 'string' } }]));
  return { description: words, content: { ...main, ...others } };
}

function describeParameters(
  shape: z.ZodObject | undefined,
  where: 'path' | 'query' | 'header',
  schemas: SchemaCollection,
): JsonSchema[] {
  if (shape === undefined) return [];
  return Object.entries(shape.shape as Record<string, z.ZodType>).map(([name, field]) => {
    const { description: words, ...schema } = describeParameter(field, schemas);
    const isList = schema['type'] === 'array';
    return {
      name,
      in: where,
      required: where === 'path' || !field.safeParse(undefined).success,
      ...(words === undefined ? {} : { description: words }),
      schema,
      ...(isList ? { style: 'form', explode: false } : {}),
    };
  });
}

/** In an address everything is text. What it stands for (a number, a list) is what a reader and a generator want to know. */
function describeParameter(field: z.ZodType, schemas: SchemaCollection): JsonSchema {
  const output = schemas.describe(field, 'output');
  if (output['type'] === 'integer' || output['type'] === 'array') return output;
  const input = schemas.describe(field, 'input');
  const { pattern, ...rest } = input;
  return pattern === String.raw`^\d{1,15}$` ? { ...rest, type: 'integer', minimum: 0 } : input;
}

/** The problems that every route of this kind can answer, besides its own. */
function problemsOf(route: RouteDefinition): ProblemCode[] {
  const hasInput = route.params !== undefined || route.query !== undefined || route.body !== undefined;
  const codes: ProblemCode[] = [...(route.problems ?? [])];
  if (hasInput) codes.push('VALIDATION_FAILED');
  if (route.body !== undefined) codes.push('PAYLOAD_TOO_LARGE');
  if (route.requires !== 'anonymous') codes.push('AUTHENTICATION_REQUIRED');
  if (route.requires !== 'anonymous' && route.requires !== 'signed_in') codes.push('PERMISSION_DENIED');
  codes.push('INTERNAL', 'DATABASE_UNAVAILABLE');
  return [...new Set(codes)];
}

function describeProblems(route: RouteDefinition, problem: JsonSchema): Record<string, JsonSchema> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const { status } = problemCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const entries = [...byStatus].sort(([left], [right]) => left - right);
  return Object.fromEntries(
    entries.map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${problemCatalogue[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  );
}
