/** What a rehearsal of a renewal found: would one get through? */
import * as z from 'zod';
import { ConnectionId, OperationId, Timestamp } from './primitives.js';

/**
 * `warning`: a renewal would get through, and something about it should be known. `blocks`: it would not. `not_tried`: this
 * could not be tried without doing it, or not from here.
 */
export const FindingState = z.enum(['ok', 'warning', 'blocks', 'not_tried']).meta({ id: 'FindingState' });
export type FindingState = z.infer<typeof FindingState>;

/** What a finding is about. */
export const FindingTopic = z
  .enum(['login', 'folder', 'space', 'owner', 'file', 'configuration', 'reload', 'endpoint', 'issuer', 'challenge'])
  .meta({ id: 'FindingTopic' });
export type FindingTopic = z.infer<typeof FindingTopic>;

export const ReadinessFinding = z
  .object({
    topic: FindingTopic,
    state: FindingState,
    tried: z.string().describe('What was looked at or tried, in few words.'),
    found: z.string().describe('What came of it, in a sentence.'),
    hostWords: z.string().nullable().describe('What the host, the authority, the DNS or a web server said itself.'),
    advice: z.string().nullable().describe('What to do about it; null where nothing needs doing.'),
  })
  .meta({ id: 'ReadinessFinding' });
export type ReadinessFinding = z.infer<typeof ReadinessFinding>;

/** The facts of a `certificate_rehearsal`: `metadata.findings`, in the order in which a renewal would come to them. */
export const ReadinessFacts = z.object({ findings: z.array(ReadinessFinding) });
export type ReadinessFacts = z.infer<typeof ReadinessFacts>;

/** The last rehearsal of one connection that has targets of the certificate. */
export const HostReadiness = z
  .object({
    connectionId: ConnectionId,
    connectionName: z.string(),
    operationId: OperationId,
    checkedAt: Timestamp,
    ready: z.boolean().describe('Nothing blocks there.'),
    findings: z.array(ReadinessFinding),
  })
  .meta({ id: 'HostReadiness' });
export type HostReadiness = z.infer<typeof HostReadiness>;

/** What the last rehearsals found, of the connections that one may see. */
export const Readiness = z
  .object({
    ready: z.boolean().nullable().describe('Nothing blocks anywhere; null: not every connection was looked at yet.'),
    hosts: z.array(HostReadiness),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof Readiness>;
