import { type DynamicModule, Inject, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type DatabaseOptions, dataSourceOptions } from './data-source.js';
import { Notifications } from './notifications.js';

/** Token of the Postgres address that this process uses. */
export const DATABASE_URL = Symbol('DATABASE_URL');

/** The data source, and the one LISTEN connection. Entities are registered by the features (`TypeOrmModule.forFeature`). */
@Module({})
export class DatabaseModule implements OnModuleInit, OnModuleDestroy {
  constructor(@Inject(Notifications) private readonly notifications: Notifications) {}

  static forRoot(options: DatabaseOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [TypeOrmModule.forRoot({ ...dataSourceOptions(options), autoLoadEntities: true, retryAttempts: 0 })],
      providers: [
        { provide: DATABASE_URL, useValue: options.url },
        { provide: Notifications, useFactory: () => new Notifications(options.url) },
      ],
      exports: [TypeOrmModule, DATABASE_URL, Notifications],
    };
  }

  onModuleInit(): void {
    this.notifications.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.notifications.stop();
  }
}
