import { type DynamicModule, Module } from '@nestjs/common';
import { Announcements } from './announcing/announcements.service.js';
import { NOTIFICATIONS_OPTIONS, type NotificationsOptions } from './notifications-options.js';

/** Tells people what they should know. Features announce through {@link Announcements}. */
@Module({})
export class NotificationsModule {
  static forRoot(options: NotificationsOptions): DynamicModule {
    return {
      module: NotificationsModule,
      global: true,
      providers: [{ provide: NOTIFICATIONS_OPTIONS, useValue: options }, Announcements],
      exports: [Announcements],
    };
  }
}
