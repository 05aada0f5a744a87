import * as z from 'zod';
import {
  NotificationChannel,
  NotificationChannelChange,
  NotificationChannelId,
  NotificationChannelInput,
  NotificationDelivery,
  NotificationTest,
  SavedNotificationChannel,
} from '../notifications.js';
import { limitInText, numberInText } from '../primitives.js';
import { defineRoute } from './define-route.js';

const params = z.strictObject({ id: numberInText(NotificationChannelId) });
const tag = 'Notifications';
const requires = 'notifications.manage';

export const notificationRoutes = {
  listNotificationChannels: defineRoute({
    operationId: 'listNotificationChannels',
    method: 'get',
    path: '/notification-channels',
    tag,
    requires,
    summary: 'All channels with how their last messages fared.',
    success: {
      status: 200,
      body: z.object({ items: z.array(NotificationChannel) }).meta({ id: 'NotificationChannelList' }),
    },
  }),
  createNotificationChannel: defineRoute({
    operationId: 'createNotificationChannel',
    method: 'post',
    path: '/notification-channels',
    tag,
    requires,
    summary: 'Add a channel. It is told of what happens from now on.',
    body: NotificationChannelInput,
    success: { status: 201, body: SavedNotificationChannel },
    problems: ['NAME_TAKEN', 'NETWORK_NOT_ALLOWED'],
  }),
  getNotificationChannel: defineRoute({
    operationId: 'getNotificationChannel',
    method: 'get',
    path: '/notification-channels/{id}',
    tag,
    requires,
    summary: 'One channel.',
    params,
    success: { status: 200, body: NotificationChannel },
    problems: ['NOT_FOUND'],
  }),
  changeNotificationChannel: defineRoute({
    operationId: 'changeNotificationChannel',
    method: 'patch',
    path: '/notification-channels/{id}',
    tag,
    requires,
    summary: 'Change a channel. What is waiting is tried again at once.',
    params,
    body: NotificationChannelChange,
    success: { status: 200, body: SavedNotificationChannel },
    problems: ['NOT_FOUND', 'NAME_TAKEN', 'NETWORK_NOT_ALLOWED', 'CONFLICT'],
  }),
  deleteNotificationChannel: defineRoute({
    operationId: 'deleteNotificationChannel',
    method: 'delete',
    path: '/notification-channels/{id}',
    tag,
    requires,
    summary: 'Remove a channel with what is waiting for it.',
    params,
    success: { status: 204 },
    problems: ['NOT_FOUND'],
  }),
  testNotificationChannel: defineRoute({
    operationId: 'testNotificationChannel',
    method: 'post',
    path: '/notification-channels/{id}/test',
    tag,
    requires,
    summary: 'Send a test message now, once, and tell what the other side said. It takes at most 20 seconds.',
    params,
    success: { status: 200, body: NotificationTest },
    problems: ['NOT_FOUND'],
  }),
  listNotificationDeliveries: defineRoute({
    operationId: 'listNotificationDeliveries',
    method: 'get',
    path: '/notification-channels/{id}/deliveries',
    tag,
    requires,
    summary: 'The last messages of a channel and how they fared, newest first. They are kept for 30 days.',
    params,
    query: z.strictObject({ limit: limitInText(50) }),
    success: {
      status: 200,
      body: z.object({ items: z.array(NotificationDelivery) }).meta({ id: 'NotificationDeliveryList' }),
    },
    problems: ['NOT_FOUND'],
  }),
  retryNotificationDelivery: defineRoute({
    operationId: 'retryNotificationDelivery',
    method: 'post',
    path: '/notification-channels/{id}/deliveries/{deliveryId}/retry',
    tag,
    requires,
    summary: 'Send a message now that waits or was given up, and tell how that went. It takes at most 20 seconds.',
    params: params.extend({ deliveryId: z.uuid() }),
    success: { status: 200, body: NotificationDelivery },
    problems: ['NOT_FOUND', 'CONFLICT'],
  }),
} as const;
