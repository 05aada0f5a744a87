/** Who is told of what, by which way, and how each message fared. */
import * as z from 'zod';
import { Host, Port } from './connections.js';
import { ConnectionId, Tag, Timestamp } from './primitives.js';

/** What a channel can be told of. */
export const notificationEvents = [
  'certificate_expiring',
  'operation_failed',
  'rolled_back',
  'effect_partial',
  'host_key_changed',
  'nothing_ran',
] as const;
export const NotificationEvent = z
  .enum(notificationEvents)
  .describe(
    'effect_partial: a host was left between two states. nothing_ran: the daily check, automatic renewal or a schedule did not run.',
  )
  .meta({ id: 'NotificationEvent' });
export type NotificationEvent = z.infer<typeof NotificationEvent>;

/** `tls` from the first byte (RFC 8314 §3), `starttls` or not at all (RFC 3207); `none` sends in the clear, and never a password. */
export const MailSecurity = z.enum(['tls', 'starttls', 'none']).meta({ id: 'MailSecurity' });
export type MailSecurity = z.infer<typeof MailSecurity>;

/** An http or https address without user name and password in it. */
const WebAddress = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .max(2_000)
  .refine((text) => new URL(text).username === '', 'must have no user name in it');
const MailAddress = z.email().max(254);
const Secret = z.string().min(1).max(1_000);

export const EmailTarget = z
  .object({
    kind: z.literal('email'),
    host: z.string(),
    port: z.number().int(),
    security: MailSecurity,
    username: z.string().nullable(),
    from: z.string(),
    to: z.array(z.string()),
  })
  .meta({ id: 'EmailTarget' });
export const WebhookTarget = z.object({ kind: z.literal('webhook'), url: z.string() }).meta({ id: 'WebhookTarget' });
export const SlackTarget = z
  .object({ kind: z.literal('slack'), host: z.string().describe('The address itself is a secret.') })
  .meta({ id: 'SlackTarget' });
export const NtfyTarget = z
  .object({
    kind: z.literal('ntfy'),
    server: z.string(),
    topic: z.string(),
    priority: z.number().int(),
  })
  .meta({ id: 'NtfyTarget' });
export const NotificationTarget = z
  .discriminatedUnion('kind', [EmailTarget, WebhookTarget, SlackTarget, NtfyTarget])
  .meta({ id: 'NotificationTarget' });
export type NotificationTarget = z.infer<typeof NotificationTarget>;
export type ChannelKind = NotificationTarget['kind'];

/**
 * Where a message is to go. Secrets are write-only: one that is left out stays as it is, null takes it away. One that would
 * travel to another server than before must be given again.
 */
export const NotificationTargetInput = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('email'),
      host: Host,
      port: Port,
      security: MailSecurity,
      username: z.string().min(1).max(254).nullable().default(null),
      password: Secret.nullable().optional(),
      from: MailAddress,
      to: z.array(MailAddress).min(1).max(50),
    }),
    z.strictObject({
      kind: z.literal('webhook'),
      url: WebAddress,
      secret: z
        .string()
        .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ and 24 to 64 bytes in base64')
        .nullable()
        .optional()
        .describe(
          'The key of the signature (Standard Webhooks). Left out at first, or null: one is made and shown once.',
        ),
    }),
    z.strictObject({
      kind: z.literal('slack'),
      url: WebAddress.optional().describe('An incoming webhook of Slack, Mattermost and others. Needed at first.'),
    }),
    z.strictObject({
      kind: z.literal('ntfy'),
      server: WebAddress.default('https://ntfy.sh'),
      topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/, 'must be up to 64 letters, digits, - and _'),
      token: Secret.regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces')
        .nullable()
        .optional(),
      priority: z.number().int().min(1).max(5).default(3).describe('1 to 5; a partial effect is always 5.'),
    }),
  ])
  .meta({ id: 'NotificationTargetInput' });
export type NotificationTargetInput = z.infer<typeof NotificationTargetInput>;

export const NotificationChannelId = z.number().int().positive().max(2_147_483_647);
const ChannelName = z.string().trim().min(1).max(100);
const Events = z.array(NotificationEvent).max(notificationEvents.length);
const ByPersonsToo = z.boolean().describe('Whether operations that a person started are told of when they fail.');
const ConnectionIds = z.array(ConnectionId).max(1_000);
const Tags = z.array(Tag).max(50);

export const NotificationChannelInput = z
  .strictObject({
    name: ChannelName,
    target: NotificationTargetInput,
    enabled: z.boolean().default(true),
    events: Events.default([...notificationEvents]),
    byPersonsToo: ByPersonsToo.default(false),
    connectionIds: ConnectionIds.default([]).describe('The only connections it cares about, with those of the tags.'),
    tags: Tags.default([]).describe('With no connections and no tags: everything.'),
  })
  .meta({ id: 'NotificationChannelInput' });
export type NotificationChannelInput = z.input<typeof NotificationChannelInput>;

export const NotificationChannelChange = z
  .strictObject({
    name: ChannelName,
    target: NotificationTargetInput.describe('As a whole, of the same kind.'),
    enabled: z.boolean(),
    events: Events,
    byPersonsToo: ByPersonsToo,
    connectionIds: ConnectionIds,
    tags: Tags,
  })
  .partial()
  .meta({ id: 'NotificationChannelChange' });
export type NotificationChannelChange = z.infer<typeof NotificationChannelChange>;

export const NotificationChannel = z
  .object({
    id: NotificationChannelId,
    name: z.string(),
    target: NotificationTarget,
    hasSecret: z.boolean().describe('A password, signing secret, address or token is stored.'),
    enabled: z.boolean(),
    events: z.array(NotificationEvent),
    byPersonsToo: z.boolean(),
    connectionIds: z.array(ConnectionId),
    tags: z.array(z.string()),
    lastDeliveredAt: Timestamp.nullable(),
    failingSince: Timestamp.nullable().describe('The first failed attempt after the last delivery.'),
    lastAnswer: z.string().nullable().describe('What the other side said at the last attempt.'),
    waiting: z.number().int().describe('Messages that are still to be delivered.'),
    pausedUntil: Timestamp.nullable().describe('The other side asked for a pause (RFC 9110 §10.2.3).'),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'NotificationChannel' });
export type NotificationChannel = z.infer<typeof NotificationChannel>;

export const SavedNotificationChannel = NotificationChannel.extend({
  newSecret: z.string().nullable().describe('The signing secret of a webhook if one was made; shown this once.'),
}).meta({ id: 'SavedNotificationChannel' });
export type SavedNotificationChannel = z.infer<typeof SavedNotificationChannel>;

export const NotificationTest = z
  .object({
    delivered: z.boolean(),
    answer: z.string().describe('What the other side said, or why it could not be asked.'),
    milliseconds: z.number().int(),
  })
  .meta({ id: 'NotificationTest' });
export type NotificationTest = z.infer<typeof NotificationTest>;

export const DeliveryState = z.enum(['waiting', 'delivered', 'given_up']).meta({ id: 'DeliveryState' });
export type DeliveryState = z.infer<typeof DeliveryState>;

export const NotificationDelivery = z
  .object({
    id: z.uuid().describe('The id that receivers know the message by, the same at every attempt.'),
    event: NotificationEvent,
    recovered: z.boolean().describe('It tells that the trouble is over.'),
    title: z.string(),
    keptQuiet: z.number().int().describe('Repetitions that were not told.'),
    state: DeliveryState,
    attempts: z.number().int(),
    createdAt: Timestamp,
    nextAttemptAt: Timestamp.nullable(),
    endedAt: Timestamp.nullable(),
    answer: z.string().nullable().describe('What the other side said at the last attempt.'),
  })
  .meta({ id: 'NotificationDelivery' });
export type NotificationDelivery = z.infer<typeof NotificationDelivery>;
