/** The operation on the wire, its status words and its events. The contract's heart. */
import * as z from 'zod';
import { OperationErrorCode } from './errors.js';
import { operationStatuses, type OperationStatus as OperationStatusName } from './operation-statuses.js';
import { ConnectionId, OperationId, Timestamp } from './primitives.js';

export * from './operation-statuses.js';

/** The types of operation. Each has exactly one handler on the server, checked at boot. */
export const OperationType = z
  .enum(['ssh_test', 'service_restart', 'certificate_renewal', 'certificate_deployment', 'certificate_rehearsal'])
  .meta({ id: 'OperationType' });
export type OperationType = z.infer<typeof OperationType>;

export type OperationStatus = OperationStatusName;
export const OperationStatus = z.enum(operationStatuses).meta({ id: 'OperationStatus' });

/** `waiting` while pending for a turn or a time; the others while in progress. Null: just accepted, or ended. */
export const OperationPhase = z
  .enum(['waiting', 'running', 'cancelling', 'reconciling'])
  .meta({ id: 'OperationPhase' });
export type OperationPhase = z.infer<typeof OperationPhase>;

/** What the operation did to the host. Set on every ended operation, never guessed. */
export const OperationEffect = z
  .enum(['none', 'applied', 'partial', 'rolled_back', 'unknown'])
  .meta({ id: 'OperationEffect' });
export type OperationEffect = z.infer<typeof OperationEffect>;

export const CreatedBy = z.enum(['user', 'cron', 'auto']).meta({ id: 'CreatedBy' });
export type CreatedBy = z.infer<typeof CreatedBy>;

/** Who did it: a user, an API token of a user, or a schedule. */
export const Actor = z
  .object({ kind: z.enum(['user', 'token', 'schedule']), id: z.string(), name: z.string() })
  .meta({ id: 'Actor' });
export type Actor = z.infer<typeof Actor>;

export const StepStatus = z.enum(['pending', 'running', 'completed', 'failed', 'skipped', 'cancelled']);
export type StepStatus = z.infer<typeof StepStatus>;

/** A named stage of an operation, in order. `message` is a short sentence about how it went. */
export const OperationStep = z
  .object({
    name: z.string(),
    title: z.string(),
    status: StepStatus,
    startedAt: Timestamp.nullable(),
    endedAt: Timestamp.nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'OperationStep' });
export type OperationStep = z.infer<typeof OperationStep>;

export const Operation = z
  .object({
    id: OperationId,
    connectionId: ConnectionId,
    connectionName: z.string().describe('The name the connection had when the operation was accepted.'),
    type: OperationType,
    target: z
      .string()
      .describe(
        'What on the connection: the service of a service_restart, the certificate’s id of a certificate_renewal, certificate_deployment and certificate_rehearsal; empty for ssh_test.',
      ),
    status: OperationStatus,
    phase: OperationPhase.nullable(),
    progress: z.number().int().min(0).max(100).describe('Per cent; never goes backwards.'),
    message: z.string(),
    error: z.string().nullable().describe('A sentence a person can act on.'),
    errorCode: OperationErrorCode.nullable(),
    effect: OperationEffect.nullable(),
    startedAt: Timestamp.describe('When it was accepted.'),
    claimedAt: Timestamp.nullable().describe('When a worker first began.'),
    completedAt: Timestamp.nullable().describe('When it ended, however it ended.'),
    createdBy: CreatedBy,
    actor: Actor,
    attempt: z
      .number()
      .int()
      .min(0)
      .describe('How many workers have begun it: 1, and one more for each that was lost.'),
    retryOf: OperationId.nullable(),
    parentId: OperationId.nullable().describe(
      'What it is a part of: a rolling restart, or the renewal of a certificate.',
    ),
    blockedBy: OperationId.nullable().describe('The operation whose turn on this connection comes first.'),
    notBefore: Timestamp.nullable(),
    sequence: z.number().int().min(1).describe('The number of its newest event.'),
    steps: z.array(OperationStep),
    metadata: z.record(z.string(), z.unknown()).describe('Facts found; never a secret.'),
  })
  .meta({ id: 'Operation' });
export type Operation = z.infer<typeof Operation>;

/** One line of output. `stream` tells the host's own words from ours. */
export const LogLine = z
  .object({
    at: Timestamp,
    step: z.string().nullable(),
    stream: z.enum(['stdout', 'stderr', 'system']),
    text: z.string(),
  })
  .meta({ id: 'LogLine' });
export type LogLine = z.infer<typeof LogLine>;

export const OperationEventKind = z
  .enum([
    'accepted',
    'waiting',
    'claimed',
    'step_started',
    'step_ended',
    'progress',
    'log',
    'cancel_requested',
    'parked',
    'reconciling',
    'completed',
    'failed',
    'cancelled',
  ])
  .meta({ id: 'OperationEventKind' });
export type OperationEventKind = z.infer<typeof OperationEventKind>;

/**
 * A numbered, kept fact about an operation. `sequence` counts per operation from 1 without gaps, `position` per connection likewise.
 * `operation` is the whole operation as this event made it (absent on `log`); `lines` is there on `log` only.
 */
export const OperationEvent = z
  .object({
    operationId: OperationId,
    connectionId: ConnectionId,
    sequence: z.number().int().min(1),
    position: z.number().int().min(1),
    at: Timestamp,
    kind: OperationEventKind,
    operation: Operation.optional(),
    lines: z.array(LogLine).optional(),
  })
  .meta({ id: 'OperationEvent' });
export type OperationEvent = z.infer<typeof OperationEvent>;

/** The answer to starting: 202, whether it began now or ran already. */
export const StartAnswer = z
  .object({
    operationId: OperationId,
    status: z.enum(['started', 'already_running']),
    message: z.string(),
    operation: Operation,
  })
  .meta({ id: 'StartAnswer' });
export type StartAnswer = z.infer<typeof StartAnswer>;
