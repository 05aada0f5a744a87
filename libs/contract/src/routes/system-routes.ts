import * as z from 'zod';
import { defineRoute } from './define-route.js';

const tag = 'System';
const Health = z
  .object({ status: z.enum(['ok', 'unavailable']), detail: z.string().optional() })
  .meta({ id: 'Health' });

export const systemRoutes = {
  getLiveness: defineRoute({
    operationId: 'getLiveness',
    method: 'get',
    path: '/health/live',
    tag,
    requires: 'anonymous',
    summary: 'The process answers.',
    success: { status: 200, body: Health },
  }),
  getReadiness: defineRoute({
    operationId: 'getReadiness',
    method: 'get',
    path: '/health/ready',
    tag,
    requires: 'anonymous',
    summary: 'The database answers and work is taken.',
    success: { status: 200, body: Health },
    problems: ['DATABASE_UNAVAILABLE'],
  }),
  getMetrics: defineRoute({
    operationId: 'getMetrics',
    method: 'get',
    path: '/metrics',
    tag,
    requires: 'metrics.read',
    summary: 'Figures in the Prometheus text format.',
    success: { status: 200, body: z.string(), alsoAs: ['text/plain'] },
  }),
  getOpenapi: defineRoute({
    operationId: 'getOpenapi',
    method: 'get',
    path: '/openapi.json',
    tag,
    requires: 'signed_in',
    summary: 'This document (OpenAPI 3.1).',
    success: { status: 200, body: z.record(z.string(), z.unknown()) },
  }),
  getAsyncapi: defineRoute({
    operationId: 'getAsyncapi',
    method: 'get',
    path: '/asyncapi.json',
    tag,
    requires: 'signed_in',
    summary: 'The socket events (AsyncAPI 3).',
    success: { status: 200, body: z.record(z.string(), z.unknown()) },
  }),
  getDocs: defineRoute({
    operationId: 'getDocs',
    method: 'get',
    path: '/docs',
    tag,
    requires: 'signed_in',
    summary: 'This document, readable. Also answers the refresh cookie, for browsers.',
    success: { status: 200, body: z.string(), alsoAs: ['text/html'] },
  }),
} as const;
