import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { FoundCertificate } from '@lockstep/contract';
import { ConnectionQueries } from '@lockstep/server-connections';
import { notFound } from '@lockstep/server-http';
import { DataSource } from 'typeorm';
import { FoundCertificateEntity } from '../model/found-certificate.entity.js';
import { toFoundCertificate } from './found-certificate.mapper.js';

/** Reading what is watched, through the eyes of a user. */
@Injectable()
export class FoundQueries {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ConnectionQueries,
  ) {}

  /** @throws {ProblemException} NOT_FOUND, also for what one may not see. */
  async get(userId: number, id: number): Promise<FoundCertificate> {
    const [found] = await this.some(userId, [id]);
    if (!found) throw notFound('found certificate');
    return found;
  }

  /** Those of the ids that the user may see. */
  async some(userId: number, ids: readonly number[]): Promise<FoundCertificate[]> {
    const entities = await this.dataSource.manager
      .createQueryBuilder(FoundCertificateEntity, 'found')
      .where('found.id = ANY (:ids)', { ids })
      .andWhere('found.id IN (SELECT visible.id FROM visible_found_certificate_ids(:userId) AS visible (id))', {
        userId,
      })
      .getMany();
    const connectionIds = entities.flatMap(({ connectionId }) => (connectionId === null ? [] : [connectionId]));
    const names = await this.connections.names(userId, connectionIds);
    return entities.map((entity) => toFoundCertificate(entity, names));
  }
}
