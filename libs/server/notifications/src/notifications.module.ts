import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Announcements } from './announcing/announcements.service.js';
import { ChannelSecrets } from './channels/channel-secrets.js';
import { ChannelEntity } from './channels/channel.entity.js';
import { ChannelsService } from './channels/channels.service.js';
import { DeliveriesService } from './delivery/deliveries.service.js';
import { Deliverer } from './delivery/deliverer.js';
import { DeliveryQueue } from './delivery/delivery-queue.js';
import { NOTIFICATIONS_OPTIONS, type NotificationsOptions } from './notifications-options.js';
import { OperationWatch } from './operations/operation-watch.js';
import { NotificationChannelsController } from './rest/notification-channels.controller.js';
import { Sender } from './sending/sender.service.js';
import { Upkeep } from './upkeep.js';

/**
 * Tells people what they should know. Features announce through {@link Announcements}. Needs the database, access and
 * operations modules, and the `NetworkPolicy` that connections have.
 */
@Module({})
export class NotificationsModule {
  static forRoot(options: NotificationsOptions): DynamicModule {
    return {
      module: NotificationsModule,
      global: true,
      imports: [TypeOrmModule.forFeature([ChannelEntity])],
      controllers: [NotificationChannelsController],
      providers: [
        { provide: NOTIFICATIONS_OPTIONS, useValue: options },
        Announcements,
        ChannelSecrets,
        ChannelsService,
        DeliveriesService,
        Deliverer,
        DeliveryQueue,
        OperationWatch,
        Sender,
        Upkeep,
      ],
      exports: [Announcements],
    };
  }
}
