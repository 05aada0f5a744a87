/** Schedules: which operations start when, and what each of their runs did. */
import * as z from 'zod';
import { CertificateId } from './certificates.js';
import { Actor, CreatedBy, OperationStatus } from './operations.js';
import { ConnectionId, OperationId, Tag, Timestamp } from './primitives.js';
import { ServiceName } from './services.js';

export const ScheduleId = z.number().int().positive().max(2_147_483_647);

/** A run's id: UUID version 7, so ids sort by time. */
export const ScheduleRunId = z.uuid();

/** What can be scheduled: the operations that a person can start. */
export const ScheduledType = z
  .enum(['ssh_test', 'service_restart', 'certificate_renewal'])
  .meta({ id: 'ScheduledType' });
export type ScheduledType = z.infer<typeof ScheduledType>;

/** Five fields as in crontab(5). The server tells what is wrong with one that it cannot read. */
export const CronExpression = z
  .string()
  .trim()
  .max(200)
  .regex(/^\S+(\s+\S+){4}$/, 'must have five fields: minute, hour, day of month, month, day of week')
  .describe(
    [
      'Minute, hour, day of month, month, day of week, as in crontab(5): `*`, numbers, names (JAN, MON), ranges, lists, steps.',
      'Day of month also takes `L` (the last day), day of week `MON#2` (the second Monday) and `FRI#L` (the last Friday).',
      'With both day fields given, either of them is enough. Where the hour is not `*`, a time that a change of the clocks',
      'leaves out runs once, right after the change, and one that comes twice runs once, the first time.',
    ].join(' '),
  );

/** A name of the IANA time zone database, for example `Europe/Berlin`. */
export const TimeZone = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_+/-]*$/, 'must be an IANA time zone, for example Europe/Berlin')
  .describe('A name of the IANA time zone database, for example `Europe/Berlin`.');

const fields = {
  name: z.string().trim().min(1).max(100),
  connectionIds: z.array(ConnectionId).min(1).max(500).describe('These connections.'),
  tag: Tag.describe('The connections that bear this tag when the schedule runs.'),
  certificateIds: z.array(CertificateId).min(1).max(500).describe('These certificates; for renewals only.'),
  service: ServiceName.describe('What a service_restart restarts.'),
  atOnce: z.number().int().min(1).max(50).describe('How many hosts a service_restart takes at once.'),
  stopAfterFailures: z
    .number()
    .int()
    .min(1)
    .max(500)
    .describe('A service_restart begins no further host after so many that did not complete.'),
  onlyDue: z
    .boolean()
    .describe('A certificate_renewal leaves out certificates whose renewal window has not begun. True by default.'),
  cron: CronExpression,
  timeZone: TimeZone,
  enabled: z.boolean(),
};

/** What is done to what, when. Give one of `connectionIds`, `tag` and `certificateIds`. */
export const ScheduleInput = z
  .strictObject({
    ...fields,
    type: ScheduledType,
    connectionIds: fields.connectionIds.optional(),
    tag: fields.tag.optional(),
    certificateIds: fields.certificateIds.optional(),
    service: fields.service.optional(),
    atOnce: fields.atOnce.default(1),
    stopAfterFailures: fields.stopAfterFailures.default(1),
    onlyDue: fields.onlyDue.default(true),
    enabled: fields.enabled.default(true),
  })
  .meta({ id: 'ScheduleInput' });
export type ScheduleInput = z.infer<typeof ScheduleInput>;

/** A change of `cron`, `timeZone` or `enabled` counts from now: what was missed before is not made up for. */
export const ScheduleChange = z
  .strictObject({
    ...z.strictObject(fields).partial().shape,
    takeOver: z
      .literal(true)
      .optional()
      .describe('Makes it yours: from then on it acts with your rights. For administrators.'),
  })
  .meta({ id: 'ScheduleChange' });
export type ScheduleChange = z.infer<typeof ScheduleChange>;

/**
 * `running`: operations are still active. `completed`: all that was begun or joined has completed. `failed`: not all of it.
 * `nothing_begun`: every host was skipped, or there was none.
 */
export const ScheduleRunOutcome = z
  .enum(['running', 'completed', 'failed', 'nothing_begun'])
  .meta({ id: 'ScheduleRunOutcome' });
export type ScheduleRunOutcome = z.infer<typeof ScheduleRunOutcome>;

/** One run, with the figures of what one may see of it. */
export const ScheduleRun = z
  .object({
    id: ScheduleRunId,
    scheduleId: ScheduleId,
    slot: Timestamp.nullable().describe('The time it was due; null where a person ran it.'),
    firedAt: Timestamp.describe('When it really began, by the database’s clock.'),
    missed: z.number().int().describe('How many earlier times went by while nothing ran; they are not made up for.'),
    createdBy: CreatedBy,
    actor: Actor.describe('The schedule, or the person who ran it now.'),
    outcome: ScheduleRunOutcome,
    started: z.number().int(),
    joined: z.number().int().describe('Hosts on which the same operation was running already.'),
    skipped: z.number().int(),
    failed: z.number().int().describe('Operations that did not complete.'),
    rollingRestartId: OperationId.nullable().describe('What a service_restart over its hosts was begun as, or joined.'),
  })
  .meta({ id: 'ScheduleRun' });
export type ScheduleRun = z.infer<typeof ScheduleRun>;

/** What a run did with one host or certificate. */
export const ScheduleRunTarget = z
  .object({
    connectionId: ConnectionId.nullable(),
    connectionName: z.string().nullable(),
    certificateId: CertificateId.nullable(),
    certificateName: z.string().nullable(),
    result: z.enum(['started', 'joined', 'skipped']),
    operationId: OperationId.nullable().describe('Null: skipped, or its turn in the rolling restart has not come.'),
    operationStatus: OperationStatus.nullable(),
    reason: z.string().nullable().describe('Why it was skipped, or could not be begun when its turn came.'),
  })
  .meta({ id: 'ScheduleRunTarget' });
export type ScheduleRunTarget = z.infer<typeof ScheduleRunTarget>;

export const ScheduleRunDetail = ScheduleRun.extend({ targets: z.array(ScheduleRunTarget) }).meta({
  id: 'ScheduleRunDetail',
});
export type ScheduleRunDetail = z.infer<typeof ScheduleRunDetail>;

/** A connection or certificate that a schedule names; without a name it was removed. */
const Named = z.object({ id: z.number().int(), name: z.string().nullable() });

export const Schedule = z
  .object({
    id: ScheduleId,
    name: z.string(),
    type: ScheduledType,
    connectionIds: z.array(ConnectionId).nullable(),
    tag: z.string().nullable(),
    certificateIds: z.array(CertificateId).nullable(),
    targets: z.array(Named).describe('The connections or certificates that it names, as far as one may see them.'),
    service: z.string().nullable(),
    atOnce: z.number().int(),
    stopAfterFailures: z.number().int(),
    onlyDue: z.boolean(),
    cron: z.string(),
    timeZone: z.string(),
    enabled: z.boolean(),
    owner: z
      .object({ id: z.number().int().nullable(), name: z.string() })
      .describe('With whose rights it acts. Without an id this user was removed, and it does nothing.'),
    mayChange: z.boolean().describe('Whether the one who asks may change it: its owner, or an administrator.'),
    nextRun: Timestamp.nullable().describe('Null while it is not enabled.'),
    lastRun: ScheduleRun.nullable(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Schedule' });
export type Schedule = z.infer<typeof Schedule>;

/** What Lockstep does on its own, shown beside the schedules that people make. */
export const BuiltInSchedule = z
  .object({
    key: z.string(),
    name: z.string(),
    description: z.string(),
    cron: z.string().nullable().describe('Null: it looks all the time.'),
    timeZone: z.string(),
    nextRun: Timestamp.nullable(),
    lastRun: z.object({ at: Timestamp, message: z.string() }).nullable(),
  })
  .meta({ id: 'BuiltInSchedule' });
export type BuiltInSchedule = z.infer<typeof BuiltInSchedule>;

/**
 * `skipped_hour`: the clocks go forward over its time, and it runs right after. `repeated_hour`: its time comes twice, and it
 * runs the first time.
 */
export const ClockChange = z
  .object({ kind: z.enum(['skipped_hour', 'repeated_hour']), runAt: Timestamp })
  .meta({ id: 'ClockChange' });
export type ClockChange = z.infer<typeof ClockChange>;

export const SchedulePreview = z
  .object({
    runs: z.array(Timestamp).describe('The next five.'),
    clockChange: ClockChange.nullable().describe('The next run of the coming year that a change of the clocks moves.'),
  })
  .meta({ id: 'SchedulePreview' });
export type SchedulePreview = z.infer<typeof SchedulePreview>;
