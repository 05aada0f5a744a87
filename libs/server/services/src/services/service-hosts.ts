import { Injectable } from '@nestjs/common';
import { type ReachableHost, SshReach } from '@lockstep/server-connections';
import { DriverRegistry } from '../drivers/driver-registry.js';
import type { DriverHost, ServiceDriver } from '../drivers/service-driver.js';
import { ServiceSettingsService } from './service-settings.service.js';

type Work<Result> = (driver: ServiceDriver, host: DriverHost) => Promise<Result>;

/** Logs in to a host to ask it about its services, and leaves. */
@Injectable()
export class ServiceHosts {
  constructor(
    private readonly reach: SshReach,
    private readonly drivers: DriverRegistry,
    private readonly settings: ServiceSettingsService,
  ) {}

  /** Errors: SshError JUMP_HOST_FAILED, CREDENTIAL_MISSING, CONNECTION_REFUSED; the host is not asked yet. */
  find(connectionId: number): Promise<ReachableHost> {
    return this.reach.find(connectionId);
  }

  /** Errors: SshError, OperationFailure, or the signal's reason. */
  async ask<Result>(reachable: ReachableHost, signal: AbortSignal, work: Work<Result>): Promise<Result> {
    const driver = this.drivers.get(reachable.platform);
    const settings = await this.settings.read(reachable.connectionId);
    const session = await this.reach.open(reachable, { signal });
    try {
      const deadline = (usual: number): number => this.reach.deadline(usual);
      const result = await work(driver, { session, settings, signal, deadline });
      await session.close();
      return result;
    } finally {
      session.destroy();
    }
  }
}
