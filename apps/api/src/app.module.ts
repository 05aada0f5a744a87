import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AccessModule, type AccessOptions } from '@lockstep/server-access';
import { CertificatesModule, type CertificatesOptions } from '@lockstep/server-certificates';
import { ConnectionsModule, type ConnectionsOptions } from '@lockstep/server-connections';
import { DatabaseModule } from '@lockstep/server-database';
import { HttpModule } from '@lockstep/server-http';
import { NotificationsModule, type NotificationsOptions } from '@lockstep/server-notifications';
import { type EngineOptions, OperationsModule } from '@lockstep/server-operations';
import { SchedulesModule } from '@lockstep/server-schedules';
import { ServicesModule } from '@lockstep/server-services';
import { Health } from './system/health.js';
import { Metrics } from './system/metrics.js';
import { SystemController } from './system/system.controller.js';

export interface AppOptions {
  readonly databaseUrl: string;
  readonly access: AccessOptions;
  readonly engine: EngineOptions;
  readonly connections: ConnectionsOptions;
  readonly certificates: CertificatesOptions;
  readonly notifications: NotificationsOptions;
}

/** The whole server: adapters below, the engine, and the features that give it handlers. */
@Module({})
export class AppModule {
  static forRoot(options: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ScheduleModule.forRoot(),
        DatabaseModule.forRoot({ url: options.databaseUrl }),
        HttpModule,
        AccessModule.forRoot(options.access),
        OperationsModule.forRoot(options.engine),
        NotificationsModule.forRoot(options.notifications),
        ConnectionsModule.forRoot(options.connections),
        ServicesModule,
        CertificatesModule.forRoot(options.certificates),
        SchedulesModule.forRoot(options.engine),
      ],
      controllers: [SystemController],
      providers: [Health, Metrics],
    };
  }
}
