import * as z from 'zod';
import { Cursor, OperationId, limitInText, page } from '../primitives.js';
import { RollingRestart, RollingRestartInput, RollingRestartPreview } from '../services.js';
import { defineRoute } from './define-route.js';
import { idempotencyHeaders } from './operation-routes.js';

const params = z.strictObject({ id: OperationId });
const tag = 'Services';

export const rollingRestartRoutes = {
  previewRollingRestart: defineRoute({
    operationId: 'previewRollingRestart',
    method: 'post',
    path: '/rolling-restarts/preview',
    tag,
    requires: 'operations.start',
    summary: 'Which hosts a rolling restart would take and which it would skip, and why. Nothing is done.',
    body: RollingRestartInput,
    success: { status: 200, body: RollingRestartPreview },
  }),
  startRollingRestart: defineRoute({
    operationId: 'startRollingRestart',
    method: 'post',
    path: '/rolling-restarts',
    tag,
    requires: 'operations.start',
    summary: 'Restart one service on several hosts, some at once, until too many fail.',
    headers: idempotencyHeaders,
    body: RollingRestartInput,
    success: { status: 202, body: RollingRestart },
    problems: ['NOTHING_TO_DO', 'IDEMPOTENCY_KEY_REUSED'],
  }),
  listRollingRestarts: defineRoute({
    operationId: 'listRollingRestarts',
    method: 'get',
    path: '/rolling-restarts',
    tag,
    requires: 'operations.read',
    summary: 'Rolling restarts on connections one may see, newest first, in keyset pages.',
    query: z.strictObject({ cursor: Cursor.optional(), limit: limitInText(50) }),
    success: { status: 200, body: page(RollingRestart).meta({ id: 'RollingRestartPage' }) },
  }),
  getRollingRestart: defineRoute({
    operationId: 'getRollingRestart',
    method: 'get',
    path: '/rolling-restarts/{id}',
    tag,
    requires: 'operations.read',
    summary: 'One rolling restart.',
    params: params,
    success: { status: 200, body: RollingRestart },
    problems: ['NOT_FOUND'],
  }),
  cancelRollingRestart: defineRoute({
    operationId: 'cancelRollingRestart',
    method: 'post',
    path: '/rolling-restarts/{id}/cancel',
    tag,
    requires: 'operations.cancel',
    summary: 'Begin no further host. What runs already goes on.',
    params: params,
    success: { status: 202, body: RollingRestart },
    problems: ['NOT_FOUND', 'OPERATION_ENDED'],
  }),
} as const;
