import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Platform } from '@lockstep/contract';
import { OperationFailure } from '@lockstep/server-operations';
import { SERVICE_DRIVER, type ServiceDriver } from './service-driver.js';

/** Finds the drivers at boot: every provider that bears `@ServiceDriverFor`. */
@Injectable()
export class DriverRegistry implements OnModuleInit {
  private readonly drivers = new Map<Platform, ServiceDriver>();

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    for (const { metatype, instance } of this.discovery.getProviders()) {
      if (!metatype || !instance || !Reflect.hasMetadata(SERVICE_DRIVER, metatype)) continue;
      const driver = instance as ServiceDriver;
      const other = this.drivers.get(driver.platform);
      if (other) {
        throw new Error(
          `${driver.platform} has two service drivers, ${other.constructor.name} and ${driver.constructor.name}: keep one.`,
        );
      }
      this.drivers.set(driver.platform, driver);
    }
  }

  find(platform: Platform): ServiceDriver | undefined {
    return this.drivers.get(platform);
  }

  /** @throws OperationFailure COMMANDS_MISSING for a platform that has none */
  get(platform: Platform): ServiceDriver {
    const driver = this.find(platform);
    if (!driver) throw new OperationFailure('COMMANDS_MISSING', `Lockstep cannot restart services on ${platform} yet.`);
    return driver;
  }
}
