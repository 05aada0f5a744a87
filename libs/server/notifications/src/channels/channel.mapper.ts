import type { NotificationChannel } from '@lockstep/contract';
import type { ChannelEntity } from './channel.entity.js';

const isoOrNull = (date: Date | null): string | null => date?.toISOString() ?? null;

/** The one crossing to the wire. The secret stays here. */
export const toChannel = (entity: ChannelEntity, waiting: number): NotificationChannel => ({
  id: entity.id,
  name: entity.name,
  target: entity.settings,
  hasSecret: entity.sealedSecret !== null,
  enabled: entity.enabled,
  events: entity.events,
  byPersonsToo: entity.byPersonsToo,
  connectionIds: entity.connectionIds,
  tags: entity.tags,
  lastDeliveredAt: isoOrNull(entity.lastDeliveredAt),
  failingSince: isoOrNull(entity.failingSince),
  lastAnswer: entity.lastAnswer,
  waiting,
  pausedUntil: entity.pausedUntil && entity.pausedUntil > new Date() ? entity.pausedUntil.toISOString() : null,
  createdAt: entity.createdAt.toISOString(),
  updatedAt: entity.updatedAt.toISOString(),
});
