/** The daily look at what is really served, and whether anybody looks at all. */
import * as z from 'zod';
import { CertificateProblem } from './certificate-problems.js';
import { ConnectionId, Timestamp } from './primitives.js';

/**
 * What an endpoint showed: `as_deployed`, the version that was verified there; `other`, another certificate;
 * `unreachable`, none at all.
 */
export const ServedEndpoint = z
  .object({
    connectionId: ConnectionId,
    host: z.string(),
    port: z.number().int(),
    serverName: z.string(),
    state: z.enum(['as_deployed', 'other', 'unreachable']),
    fingerprint: z.string().nullable().describe('SHA-256 of what was shown, hexadecimal with colons.'),
    detail: z.string().nullable().describe('Why nothing was shown.'),
    problems: z
      .array(CertificateProblem)
      .describe(
        'What a client would object to in what was shown, but for who signed it: that was chosen with its issuer.',
      ),
  })
  .meta({ id: 'ServedEndpoint' });
export type ServedEndpoint = z.infer<typeof ServedEndpoint>;

/** One check for the whole installation, once a day at a time of its own, in UTC. */
export const CertificateCheck = z
  .object({
    running: z.boolean(),
    endedAt: Timestamp.nullable().describe('When the last one ended; null: none has yet.'),
    nextAt: Timestamp.describe('In the past where one is missed or awaited.'),
    checked: z.number().int().describe('Certificates that the last one looked at.'),
    troubled: z.number().int().describe('Of these, how many do not show what was deployed, or not as clients take it.'),
    overdue: z.boolean().describe('None has ended for 26 hours.'),
    renewalsStalled: z.boolean().describe('Nobody has looked for due renewals for ten minutes: no worker runs.'),
    renewalsLookedAt: Timestamp,
  })
  .meta({ id: 'CertificateCheck' });
export type CertificateCheck = z.infer<typeof CertificateCheck>;
