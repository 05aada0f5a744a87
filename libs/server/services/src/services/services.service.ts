import { Injectable } from '@nestjs/common';
import type { ServiceDetail, ServiceList, ServiceSettings, StartAnswer } from '@lockstep/contract';
import { type SignedInActor, toActor } from '@lockstep/server-access';
import { type ConnectionInBrief, ConnectionQueries } from '@lockstep/server-connections';
import { ProblemException, notFound } from '@lockstep/server-http';
import { OperationFailure, OperationsService } from '@lockstep/server-operations';
import { DriverRegistry } from '../drivers/driver-registry.js';
import { HostNotRead, ServiceReader } from './service-reader.js';
import { ServiceSettingsService } from './service-settings.service.js';
import { ServiceStore, toService } from './service-store.js';

/** The services of a connection, through the eyes of a user. */
@Injectable()
export class ServicesService {
  constructor(
    private readonly connections: ConnectionQueries,
    private readonly operations: OperationsService,
    private readonly drivers: DriverRegistry,
    private readonly reader: ServiceReader,
    private readonly store: ServiceStore,
    private readonly settings: ServiceSettingsService,
  ) {}

  /** @throws {ProblemException} NOT_FOUND */
  async list(actor: SignedInActor, id: number, refresh: 'true' | 'false' | undefined): Promise<ServiceList> {
    await this.connections.find(actor.userId, id);
    if (refresh !== 'false') await this.reader.refresh(id, { force: refresh === 'true' });
    return this.store.list(id);
  }

  /** @throws {ProblemException} NOT_FOUND, SERVICE_NAME_REFUSED, HOST_NOT_READ */
  async get(actor: SignedInActor, id: number, service: string): Promise<ServiceDetail> {
    this.assertName(await this.connections.find(actor.userId, id), service);
    const pinned = (await this.settings.pins(id)).includes(service);
    try {
      return await this.reader.about(id, service, async (driver, host) => {
        const look = await driver.look(host, service);
        const [dependents, privileges] = await Promise.all([
          driver.dependents(host, service),
          driver.privileges(host, [look.name]),
        ]);
        await this.store.note(id, look);
        const restart = privileges.find(({ purpose }) => purpose === 'restart');
        const mayRestart = restart === undefined ? true : restart.present;
        const configurationTest = driver.configurationTest(look.name, host.settings);
        return { ...toService(look, pinned), dependents, configurationTest, mayRestart, privileges };
      });
    } catch (error) {
      if (error instanceof HostNotRead) throw new ProblemException('HOST_NOT_READ', error.message);
      if (error instanceof OperationFailure) throw notFound('service');
      throw error;
    }
  }

  /** @throws {ProblemException} NOT_FOUND, SERVICE_NAME_REFUSED, IDEMPOTENCY_KEY_REUSED */
  async restart(
    actor: SignedInActor,
    id: number,
    { service, idempotencyKey }: { service: string; idempotencyKey: string | undefined },
  ): Promise<StartAnswer> {
    const connection = await this.connections.find(actor.userId, id);
    this.assertName(connection, service);
    return this.operations.start({
      type: 'service_restart',
      connection,
      target: service,
      actor: toActor(actor),
      createdBy: 'user',
      idempotencyKey,
    });
  }

  /** @throws {ProblemException} NOT_FOUND, SERVICE_NAME_REFUSED */
  async pin(actor: SignedInActor, id: number, services: readonly string[]): Promise<string[]> {
    const connection = await this.connections.find(actor.userId, id);
    const unique = [...new Set(services)];
    for (const service of unique) this.assertName(connection, service);
    await this.settings.pin(actor, id, unique);
    return unique;
  }

  /** @throws {ProblemException} NOT_FOUND */
  async readSettings(actor: SignedInActor, id: number): Promise<ServiceSettings> {
    await this.connections.find(actor.userId, id);
    return this.settings.read(id);
  }

  /** @throws {ProblemException} NOT_FOUND */
  async changeSettings(actor: SignedInActor, id: number, settings: ServiceSettings): Promise<ServiceSettings> {
    await this.connections.find(actor.userId, id);
    await this.settings.change(actor, id, settings);
    return settings;
  }

  private assertName({ platform }: ConnectionInBrief, service: string): void {
    const driver = this.drivers.find(platform);
    const why = driver ? driver.refuse(service) : `Lockstep cannot restart services on ${platform} yet.`;
    if (why !== null) throw new ProblemException('SERVICE_NAME_REFUSED', why);
  }
}
