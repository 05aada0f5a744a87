import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DemoServices } from './demo/demo-services.js';
import { CiscoVosDriver } from './drivers/cisco-vos/cisco-vos.driver.js';
import { CustomDriver } from './drivers/custom/custom.driver.js';
import { VosProbe } from './drivers/cisco-vos/vos-probe.js';
import { DriverRegistry } from './drivers/driver-registry.js';
import { SystemdDriver } from './drivers/systemd/systemd-driver.js';
import { PinnedServiceEntity } from './model/pinned-service.entity.js';
import { ServiceReadingEntity } from './model/service-reading.entity.js';
import { ServiceSettingsEntity } from './model/service-settings.entity.js';
import { ServiceEntity } from './model/service.entity.js';
import { ServiceRestartOperation } from './operations/service-restart.operation.js';
import {
  RollingRestartsController,
  RollingRestartsService,
  rollingEntities,
  rollingProviders,
} from './rolling/index.js';
import { ServicesController } from './rest/services.controller.js';
import { FleetServices } from './services/fleet-services.js';
import { RestartRights } from './services/restart-rights.js';
import { ServiceHosts } from './services/service-hosts.js';
import { ServiceReader } from './services/service-reader.js';
import { ServiceSettingsService } from './services/service-settings.service.js';
import { ServiceStore } from './services/service-store.js';
import { ServicesService } from './services/services.service.js';

const entities = [PinnedServiceEntity, ServiceEntity, ServiceReadingEntity, ServiceSettingsEntity, ...rollingEntities];

/** Services of hosts; registers `service_restart`. Needs the database, access, operations and connections modules. */
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature(entities)],
  controllers: [RollingRestartsController, ServicesController],
  providers: [
    CiscoVosDriver,
    CustomDriver,
    DemoServices,
    DriverRegistry,
    FleetServices,
    RestartRights,
    ServiceHosts,
    ServiceReader,
    ServiceRestartOperation,
    ServiceSettingsService,
    ServicesService,
    ServiceStore,
    SystemdDriver,
    VosProbe,
    ...rollingProviders,
  ],
  exports: [RollingRestartsService],
})
export class ServicesModule {}
