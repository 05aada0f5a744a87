/** Who is told of what, by which way. */
import * as z from 'zod';

/** What a channel can be told of. */
export const notificationEvents = [
  'certificate_expiring',
  'operation_failed',
  'rolled_back',
  'effect_partial',
  'host_key_changed',
  'nothing_ran',
] as const;
export const NotificationEvent = z.enum(notificationEvents).meta({ id: 'NotificationEvent' });
export type NotificationEvent = z.infer<typeof NotificationEvent>;
