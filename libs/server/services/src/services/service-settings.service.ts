import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type ServiceSettings, ServiceSettingsInput } from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { prepared } from '@lockstep/server-database';
import type { DataSource } from 'typeorm';
import { PinnedServiceEntity } from '../model/pinned-service.entity.js';
import { ServiceSettingsEntity } from '../model/service-settings.entity.js';

/** What people decided about the services of a connection. Who may do so was decided before. */
@Injectable()
export class ServiceSettingsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  async read(connectionId: number): Promise<ServiceSettings> {
    const row = await this.dataSource.manager.findOneBy(ServiceSettingsEntity, { connectionId });
    return ServiceSettingsInput.parse(row?.settings ?? {});
  }

  async change(actor: AuditActor, connectionId: number, settings: ServiceSettings): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      await transaction.upsert(ServiceSettingsEntity, { connectionId, settings }, ['connectionId']);
      const subject = `connection:${String(connectionId)}`;
      await this.audit.record(transaction, { actor, action: 'connection.service_settings', subject, detail: settings });
    });
  }

  async pins(connectionId: number): Promise<string[]> {
    const pins = await this.dataSource.query<{ name: string }[]>(
      prepared('SELECT name FROM pinned_services WHERE connection_id = $1 ORDER BY place'),
      [connectionId],
    );
    return pins.map(({ name }) => name);
  }

  /** Replaces them. */
  async pin(actor: AuditActor, connectionId: number, services: readonly string[]): Promise<void> {
    const rows = services.map((name, place) => ({ connectionId, name, place }));
    await this.dataSource.transaction(async (transaction) => {
      // Two who do so at once would insert the same names.
      await transaction.query('SELECT FROM connections WHERE id = $1 FOR UPDATE', [connectionId]);
      await transaction.delete(PinnedServiceEntity, { connectionId });
      if (rows.length > 0) await transaction.insert(PinnedServiceEntity, rows);
      const subject = `connection:${String(connectionId)}`;
      await this.audit.record(transaction, {
        actor,
        action: 'connection.pinned_services',
        subject,
        detail: { services },
      });
    });
  }
}
