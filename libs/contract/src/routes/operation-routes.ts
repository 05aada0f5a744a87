import * as z from 'zod';
import { CreatedBy, Operation, OperationEvent, OperationStatus, OperationType, StartAnswer } from '../operations.js';
import { ConnectionId, Cursor, OperationId, limitInText, numberInText, page } from '../primitives.js';
import { defineRoute } from './define-route.js';

const params = z.strictObject({ id: OperationId });
const tag = 'Operations';

/** One value or several, separated by commas. */
const listOf = <Item extends z.ZodType<string, string>>(item: Item) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(item).min(1).max(20));

export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('The same actor and key get the same operation, also after it has ended. Kept for 24 hours.'),
});

export const operationRoutes = {
  listOperations: defineRoute({
    operationId: 'listOperations',
    method: 'get',
    path: '/operations',
    tag,
    requires: 'operations.read',
    summary: 'The operations one may see, newest first, in keyset pages.',
    query: z.strictObject({
      connectionId: numberInText(ConnectionId).optional(),
      type: listOf(OperationType).optional(),
      status: listOf(OperationStatus).optional(),
      createdBy: listOf(CreatedBy).optional(),
      parentId: OperationId.optional().describe('Only what this one started on other connections.'),
      cursor: Cursor.optional(),
      limit: limitInText(50),
    }),
    success: { status: 200, body: page(Operation).meta({ id: 'OperationPage' }) },
  }),
  getOperation: defineRoute({
    operationId: 'getOperation',
    method: 'get',
    path: '/operations/{id}',
    tag,
    requires: 'operations.read',
    summary: 'One operation.',
    params,
    success: { status: 200, body: Operation },
    problems: ['NOT_FOUND'],
  }),
  getOperationEvents: defineRoute({
    operationId: 'getOperationEvents',
    method: 'get',
    path: '/operations/{id}/events',
    tag,
    requires: 'operations.read',
    summary:
      'Its numbered events after a sequence. `wait` holds the answer until there is one (long poll). As `text/event-stream` they come as they happen, with `Last-Event-ID`.',
    params,
    query: z.strictObject({
      after: numberInText(z.number().int().min(0)).optional().describe('The last sequence one has; 0 for all.'),
      wait: numberInText(z.number().int().min(0).max(60)).optional().describe('Seconds, 0 to 60.'),
      limit: limitInText(500),
    }),
    headers: z.object({
      'last-event-id': z
        .string()
        .regex(/^\d{1,15}$/)
        .optional(),
    }),
    success: {
      status: 200,
      body: z
        .object({
          items: z.array(OperationEvent),
          next: z.number().int().describe('Pass as `after` for what follows.'),
          ended: z.boolean().describe('No event will follow `next`.'),
        })
        .meta({ id: 'OperationEventPage' }),
      alsoAs: ['text/event-stream'],
    },
    problems: ['NOT_FOUND'],
  }),
  cancelOperation: defineRoute({
    operationId: 'cancelOperation',
    method: 'post',
    path: '/operations/{id}/cancel',
    tag,
    requires: 'operations.cancel',
    summary:
      'Ask an active operation to stop, and with it those it started on other connections. It ends as cancelled once the host is as it was before.',
    params,
    success: { status: 202, body: Operation },
    problems: ['NOT_FOUND', 'OPERATION_ENDED'],
  }),
  retryOperation: defineRoute({
    operationId: 'retryOperation',
    method: 'post',
    path: '/operations/{id}/retry',
    tag,
    requires: 'operations.start',
    summary: 'Start an ended operation again, as a new one with `retryOf`.',
    params,
    headers: idempotencyHeaders,
    success: { status: 202, body: StartAnswer },
    problems: ['NOT_FOUND', 'OPERATION_ACTIVE', 'IDEMPOTENCY_KEY_REUSED'],
  }),
} as const;
