import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServicesModule } from '@lockstep/server-services';
import { ScheduleRunTargetEntity } from './model/schedule-run-target.entity.js';
import { ScheduleRunEntity } from './model/schedule-run.entity.js';
import { ScheduleEntity } from './model/schedule.entity.js';
import { SchedulePlans } from './plans/schedule-plans.js';
import { SchedulesController } from './rest/schedules.controller.js';
import { ScheduleAlerts } from './runs/schedule-alerts.js';
import { ScheduleClock } from './runs/schedule-clock.js';
import { ScheduleRunQueries } from './runs/schedule-run-queries.js';
import { ScheduleRunsService } from './runs/schedule-runs.service.js';
import { SCHEDULES_OPTIONS, type SchedulesOptions } from './schedules-options.js';
import { BuiltInSchedules } from './schedules/built-in-schedules.js';
import { ScheduleQueries } from './schedules/schedule-queries.js';
import { SchedulesService } from './schedules/schedules.service.js';

/** Schedules that users make. Needs the database, access, operations, connections, certificates and notifications modules, and Nest's `ScheduleModule`. */
@Module({})
export class SchedulesModule {
  static forRoot(options: SchedulesOptions): DynamicModule {
    return {
      module: SchedulesModule,
      imports: [ServicesModule, TypeOrmModule.forFeature([ScheduleEntity, ScheduleRunEntity, ScheduleRunTargetEntity])],
      controllers: [SchedulesController],
      providers: [
        { provide: SCHEDULES_OPTIONS, useValue: options },
        BuiltInSchedules,
        ScheduleAlerts,
        ScheduleClock,
        SchedulePlans,
        ScheduleQueries,
        ScheduleRunQueries,
        ScheduleRunsService,
        SchedulesService,
      ],
    };
  }
}
