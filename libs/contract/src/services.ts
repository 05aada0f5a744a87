/** Services of hosts, their settings, and rolling restarts over several connections. */
import * as z from 'zod';
import { Actor, CreatedBy, OperationStatus } from './operations.js';
import { ConnectionId, OperationId, Tag, Timestamp } from './primitives.js';

/**
 * A service's whole name as its platform writes it: `nginx.service` (systemd.unit(5)), `Cisco Tomcat`. What a platform takes
 * is narrower, and decided by its driver.
 */
export const ServiceName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\s\p{C}-][^\p{C}]*$/u, 'no control characters, no leading dash or space');

/** systemd's ActiveState words (systemctl(1)); other platforms are told in the same. */
export const ServiceState = z
  .enum(['active', 'activating', 'deactivating', 'reloading', 'inactive', 'failed', 'unknown'])
  .meta({ id: 'ServiceState' });
export type ServiceState = z.infer<typeof ServiceState>;

export const Service = z
  .object({
    name: z.string(),
    description: z.string(),
    state: ServiceState,
    subState: z.string().nullable().describe('The platform’s finer word, for example `running` or `exited`.'),
    since: Timestamp.nullable().describe('When it came into this state, by the host’s clock.'),
    pinned: z.boolean().describe('Shown first.'),
  })
  .meta({ id: 'Service' });
export type Service = z.infer<typeof Service>;

/** What a connection's host said at `readAt`. `failure`: why a newer look did not succeed. */
export const ServiceList = z
  .object({
    items: z.array(Service),
    readAt: Timestamp.nullable().describe('When the host was asked; null: it has never answered.'),
    failure: z.object({ code: z.string(), message: z.string(), at: Timestamp }).nullable(),
  })
  .meta({ id: 'ServiceList' });
export type ServiceList = z.infer<typeof ServiceList>;

/** What the login must be allowed on the host, as the one line of sudoers(5) that allows it and nothing more. */
export const Privilege = z
  .object({
    purpose: z.enum(['restart', 'configuration_test', 'log']),
    service: z.string(),
    line: z.string(),
    present: z.boolean().nullable().describe('Null: not asked, or the host would not say.'),
  })
  .meta({ id: 'Privilege' });
export type Privilege = z.infer<typeof Privilege>;

/** All that a person wants to know before a restart. */
export const ServiceDetail = Service.extend({
  dependents: z.array(z.string()).describe('What stops and starts with it.'),
  configurationTest: z.string().nullable().describe('The test that runs before a restart, as one would type it.'),
  mayRestart: z.boolean().nullable().describe('Whether this login may restart it; null: not known.'),
  privileges: z.array(Privilege).describe('Empty where none are needed, for example as root.'),
}).meta({ id: 'ServiceDetail' });
export type ServiceDetail = z.infer<typeof ServiceDetail>;

/** A service as it was last seen, on the page of all of them. */
export const FleetService = Service.extend({
  connectionId: ConnectionId,
  connectionName: z.string(),
  readAt: Timestamp,
}).meta({ id: 'FleetService' });
export type FleetService = z.infer<typeof FleetService>;

/** Shell text of an administrator's own; the service's name comes on standard input, in one line. */
const Command = z.string().trim().min(1).max(4_000);

const commands = {
  list: Command.describe(
    'Prints a line for each service: name, tab, state (active, inactive, failed), tab, description.',
  ),
  check: Command.nullable().describe('Tests the configuration before a restart.'),
  restart: Command,
  verify: Command.describe(
    'Prints the state (active, inactive, failed) and, after a tab, a word that differs after each start, such as a process id and its start time.',
  ),
};

/** For connections of platform `custom`. Exit status 0 is success, everything else is a failure. */
export const ServiceCommands = z.object(commands).meta({ id: 'ServiceCommands' });
export type ServiceCommands = z.infer<typeof ServiceCommands>;

const settings = {
  settleSeconds: z.number().int().min(1).max(300).describe('How long it must stay active after a restart.'),
  limitSeconds: z
    .number()
    .int()
    .min(10)
    .max(3_600)
    .nullable()
    .describe('How long a restart may take. Null: 120 s, and 600 s on Cisco VOS.'),
};

export const ServiceSettings = z
  .object({ ...settings, commands: ServiceCommands.nullable() })
  .meta({ id: 'ServiceSettings' });
export type ServiceSettings = z.infer<typeof ServiceSettings>;

/** What is left out is as everywhere. */
export const ServiceSettingsInput = z
  .strictObject({
    settleSeconds: settings.settleSeconds.default(5),
    limitSeconds: settings.limitSeconds.default(null),
    commands: z
      .strictObject({ ...commands, check: commands.check.default(null) })
      .meta({ id: 'ServiceCommandsInput' })
      .nullable()
      .default(null),
  })
  .meta({ id: 'ServiceSettingsInput' });
export type ServiceSettingsInput = z.input<typeof ServiceSettingsInput>;

export const PinnedServices = z.strictObject({ services: z.array(ServiceName).max(50) }).meta({ id: 'PinnedServices' });
export type PinnedServices = z.infer<typeof PinnedServices>;

export const RestartInput = z.strictObject({ service: ServiceName }).meta({ id: 'RestartInput' });
export type RestartInput = z.infer<typeof RestartInput>;

/** A service at one moment. A service_restart keeps two in its metadata, `before` and `after`. */
export const ServiceMoment = z.object({
  name: z.string().describe('As the host itself calls it.'),
  state: ServiceState,
  subState: z.string().nullable(),
  since: Timestamp.nullable(),
  invocation: z
    .string()
    .nullable()
    .describe('Differs after each start; empty: never started; null: this platform tells none.'),
  at: Timestamp.describe('When it was looked at, by the host’s clock where it tells it.'),
});
export type ServiceMoment = z.infer<typeof ServiceMoment>;

/** One service restarted on several connections, by selection or by tag. */
export const RollingRestartInput = z
  .strictObject({
    service: ServiceName,
    connectionIds: z.array(ConnectionId).min(1).max(500).optional(),
    tag: Tag.optional(),
    atOnce: z.number().int().min(1).max(50).default(1).describe('How many hosts at once.'),
    stopAfterFailures: z
      .number()
      .int()
      .min(1)
      .max(500)
      .default(1)
      .describe('No further host is begun after so many that did not complete.'),
  })
  .refine(({ connectionIds, tag }) => (connectionIds === undefined) !== (tag === undefined), {
    path: ['connectionIds'],
    message: 'give either connectionIds or tag',
  })
  .meta({ id: 'RollingRestartInput' });
export type RollingRestartInput = z.infer<typeof RollingRestartInput>;

/** What a rolling restart would do, decided without asking any host. */
export const RollingRestartPreview = z
  .object({
    targets: z.array(z.object({ connectionId: ConnectionId, connectionName: z.string() })),
    skipped: z.array(
      z.object({ connectionId: ConnectionId, connectionName: z.string().nullable(), reason: z.string() }),
    ),
  })
  .meta({ id: 'RollingRestartPreview' });
export type RollingRestartPreview = z.infer<typeof RollingRestartPreview>;

/** `waiting`: its turn has not come; `not_begun`: it never will, because the whole was stopped. */
export const RollingTargetStatus = z.enum(['waiting', ...OperationStatus.options, 'not_begun']);
export type RollingTargetStatus = z.infer<typeof RollingTargetStatus>;

/**
 * `running`: hosts are still to come or active. `completed`: each host completed. `failed`: all had their turn, not each completed.
 * `stopped`: too many failures, the rest was not begun. `cancelled`: a person stopped it.
 */
export const RollingRestartStatus = z
  .enum(['running', 'completed', 'failed', 'stopped', 'cancelled'])
  .meta({ id: 'RollingRestartStatus' });
export type RollingRestartStatus = z.infer<typeof RollingRestartStatus>;

/** Each host's restart is an ordinary operation whose `parentId` is this one's id. Only what one may see is in `targets`. */
export const RollingRestart = z
  .object({
    id: OperationId,
    service: z.string(),
    status: RollingRestartStatus,
    atOnce: z.number().int(),
    stopAfterFailures: z.number().int(),
    createdBy: CreatedBy,
    actor: Actor,
    startedAt: Timestamp,
    completedAt: Timestamp.nullable(),
    targets: z.array(
      z.object({
        connectionId: ConnectionId,
        connectionName: z.string(),
        status: RollingTargetStatus,
        operationId: OperationId.nullable(),
        refusal: z.string().nullable().describe('Why it could not be begun when its turn came.'),
      }),
    ),
  })
  .meta({ id: 'RollingRestart' });
export type RollingRestart = z.infer<typeof RollingRestart>;
