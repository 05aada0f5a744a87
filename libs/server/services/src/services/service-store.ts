import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Service, ServiceList } from '@lockstep/contract';
import type { DataSource } from 'typeorm';
import type { ServiceLook } from '../drivers/service-driver.js';
import { PinnedServiceEntity } from '../model/pinned-service.entity.js';
import { ServiceEntity } from '../model/service.entity.js';
import { ServiceReadingEntity } from '../model/service-reading.entity.js';

/** Why a host could not be asked. */
export interface ReadingFailure {
  readonly code: string;
  readonly message: string;
  /** Set when the login was refused: it is not tried again by itself before this way has changed. */
  readonly refusedWay: string | null;
}

/** What hosts said of their services when they were last asked. */
@Injectable()
export class ServiceStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  reading(connectionId: number): Promise<ServiceReadingEntity | null> {
    return this.dataSource.manager.findOneBy(ServiceReadingEntity, { connectionId });
  }

  /** Pinned ones first, also those that the host does not have. */
  async list(connectionId: number): Promise<ServiceList> {
    const { manager } = this.dataSource;
    const [reading, services, pins] = await Promise.all([
      this.reading(connectionId),
      manager.find(ServiceEntity, { where: { connectionId }, order: { place: 'ASC', name: 'ASC' } }),
      manager.find(PinnedServiceEntity, { where: { connectionId }, order: { place: 'ASC' } }),
    ]);
    const byName = new Map(services.map((service) => [service.name, service]));
    const pinned = new Set(pins.map(({ name }) => name));
    const first = pins.map(({ name }) => toService(byName.get(name) ?? neverSeen(name), true));
    const rest = services.filter(({ name }) => !pinned.has(name)).map((service) => toService(service, false));
    const { readAt = null, failureCode, failureMessage, failedAt } = reading ?? {};
    const failure =
      failureCode && failedAt ? { code: failureCode, message: failureMessage ?? '', at: failedAt.toISOString() } : null;
    return { items: [...first, ...rest], readAt: readAt?.toISOString() ?? null, failure };
  }

  /** Replaces what is known of a connection's services. The reading's row orders two who do so at once. */
  async replace(connectionId: number, looks: readonly ServiceLook[]): Promise<void> {
    const readAt = new Date();
    const rows = looks.map((look, place) => toRow(look, { connectionId, place, readAt }));
    await this.dataSource.transaction(async (transaction) => {
      const none = { failureCode: null, failureMessage: null, failedAt: null, refusedWay: null };
      await transaction.upsert(ServiceReadingEntity, { connectionId, readAt, ...none }, ['connectionId']);
      await transaction.delete(ServiceEntity, { connectionId });
      for (let first = 0; first < rows.length; first += 1_000) {
        await transaction.insert(ServiceEntity, rows.slice(first, first + 1_000));
      }
    });
  }

  /** One service that was looked at by itself. One that is not in the list comes last. */
  async note(connectionId: number, look: ServiceLook): Promise<void> {
    const row = toRow(look, { connectionId, place: 1_000_000, readAt: new Date() });
    const columns = ['description', 'state', 'sub_state', 'since', 'read_at'];
    await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(ServiceEntity)
      .values(row)
      .orUpdate(columns, ['connection_id', 'name'])
      .execute();
  }

  /** What was read before stays. A refusal is remembered also where a later try does not come to the login. */
  async fail(connectionId: number, { code, message, refusedWay }: ReadingFailure): Promise<void> {
    const failure = { failureCode: code, failureMessage: message, failedAt: new Date() };
    const refusal = refusedWay === null ? {} : { refusedWay };
    await this.dataSource.manager.upsert(ServiceReadingEntity, { connectionId, ...failure, ...refusal }, [
      'connectionId',
    ]);
  }
}

type Told = Pick<ServiceEntity, 'name' | 'description' | 'state' | 'subState' | 'since'>;

/** The row, or a look at it, as the wire shows it. */
export const toService = ({ name, description, state, subState, since }: Told, pinned: boolean): Service => ({
  name,
  description,
  state,
  subState,
  since: since?.toISOString() ?? null,
  pinned,
});

const neverSeen = (name: string): Told => ({ name, description: '', state: 'unknown', subState: null, since: null });

const toRow = (
  { name, description, state, subState, since }: ServiceLook,
  at: Pick<ServiceEntity, 'connectionId' | 'place' | 'readAt'>,
): ServiceEntity => Object.assign(new ServiceEntity(), { name, description, state, subState, since, ...at });
