import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { RollingRestartInput, RollingRestartPreview } from '@lockstep/contract';
import { ConnectionQueries, type ConnectionToUse, whyKeyRefuses } from '@lockstep/server-connections';
import type { DataSource } from 'typeorm';
import { DriverRegistry } from '../drivers/driver-registry.js';
import { ServiceSettingsService } from '../services/service-settings.service.js';

/** Decides which hosts a rolling restart takes, through the eyes of a user and without asking any host. */
@Injectable()
export class RollingPlans {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ConnectionQueries,
    private readonly drivers: DriverRegistry,
    private readonly settings: ServiceSettingsService,
  ) {}

  /** The hosts in the order in which they come: as they were named, or by name where a tag was given. */
  async make(userId: number, { service, connectionIds, tag }: RollingRestartInput): Promise<RollingRestartPreview> {
    const ids = [...new Set(connectionIds ?? [])];
    const found = await this.connections.choose(userId, tag === undefined ? { ids } : { tag });
    const known = new Map(found.map((connection) => [connection.id, connection]));
    const lacking = await this.lacking(service, [...known.keys()]);
    const plan: RollingRestartPreview = { targets: [], skipped: [] };
    for (const id of tag === undefined ? ids : known.keys()) {
      const connection = known.get(id);
      const reason = connection
        ? ((await this.refuse(connection, service)) ?? lacking.get(id))
        : 'It does not exist, or has not been granted to you.';
      const named = { connectionId: id, connectionName: connection?.name ?? null };
      if (connection && reason === undefined) plan.targets.push({ ...named, connectionName: connection.name });
      else plan.skipped.push({ ...named, reason: reason ?? '' });
    }
    return plan;
  }

  /** Why this host cannot be taken; undefined when it can, as far as is known. */
  async refuse({ id, platform, hostKeyState }: ConnectionToUse, service: string): Promise<string | undefined> {
    const driver = this.drivers.find(platform);
    if (!driver) return `Lockstep cannot restart services on ${platform} yet.`;
    const wrongName = driver.refuse(service);
    if (wrongName !== null) return wrongName;
    if (platform === 'custom' && (await this.settings.read(id)).commands === null)
      return 'It has no commands for its services yet.';
    return whyKeyRefuses(hostKeyState);
  }

  /** Hosts that told of their services and have none of this name. What a host has not told is no reason to skip it. */
  private async lacking(service: string, ids: readonly number[]): Promise<Map<number, string>> {
    const rows = await this.dataSource.query<{ id: number }[]>(
      `SELECT r.connection_id AS id FROM service_readings r
       WHERE r.connection_id = ANY($1) AND r.read_at IS NOT NULL
         AND NOT EXISTS (SELECT FROM services s WHERE s.connection_id = r.connection_id AND s.name = $2)`,
      [ids, service],
    );
    return new Map(rows.map(({ id }) => [id, 'It had no such service when its services were last read.']));
  }
}
