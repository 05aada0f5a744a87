/** Why a certificate is or is not renewed by itself, and when it will be. */
import * as z from 'zod';
import { CreatedBy, OperationStatus } from './operations.js';
import { ConnectionId, OperationId, Timestamp } from './primitives.js';

/**
 * `running`: a renewal runs. `due`: the next attempt begins as soon as its turn comes. `not_due`: it waits for `dueAt`.
 * `failed`, `cancelled`: the last renewal ended so, and the next attempt waits a while. `off`: automatic renewal is switched
 * off. `by_hand`: its issuer signs by hand, so it waits for a person. `not_begun`: it was never deployed, and the first renewal
 * is a person's. `no_target`: there is nowhere to put it.
 */
export const RenewalReason = z
  .enum(['running', 'due', 'not_due', 'failed', 'cancelled', 'off', 'by_hand', 'not_begun', 'no_target'])
  .meta({ id: 'RenewalReason' });
export type RenewalReason = z.infer<typeof RenewalReason>;

/**
 * What decided when it is due: a `third` of the lifetime is left, `half` of it where that is under ten days, a `twentieth` at
 * the latest, or the moment that the `issuer` asked for (RFC 9773).
 */
export const RenewalBasis = z.enum(['third', 'half', 'twentieth', 'issuer']).meta({ id: 'RenewalBasis' });
export type RenewalBasis = z.infer<typeof RenewalBasis>;

/** A renewal that has ended. */
export const RenewalAttempt = z
  .object({
    operationId: OperationId,
    status: OperationStatus,
    endedAt: Timestamp,
    createdBy: CreatedBy,
    actorName: z.string(),
    error: z.string().nullable(),
  })
  .meta({ id: 'RenewalAttempt' });
export type RenewalAttempt = z.infer<typeof RenewalAttempt>;

export const RenewalState = z
  .object({
    reason: RenewalReason,
    dueAt: Timestamp.nullable().describe('When what is deployed is to be renewed; null: nothing was deployed yet.'),
    dueBasis: RenewalBasis.nullable(),
    nextAttemptAt: Timestamp.nullable().describe('Null: none is planned.'),
    failures: z.number().int().min(0).describe('Renewals that failed since the last one that did not.'),
    awaitedHostKey: z
      .object({ connectionId: ConnectionId, connectionName: z.string() })
      .nullable()
      .describe(
        'The host whose first key a person has to approve: for that alone the last renewal failed. Null also where one may not see it.',
      ),
    lastAttempt: RenewalAttempt.nullable().describe('Null also where one may not see the connection it ran on.'),
  })
  .meta({ id: 'RenewalState' });
export type RenewalState = z.infer<typeof RenewalState>;
