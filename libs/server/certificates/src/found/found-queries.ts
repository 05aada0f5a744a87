import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { CertificateStatus, FoundCertificate } from '@lockstep/contract';
import { ConnectionQueries } from '@lockstep/server-connections';
import { notFound } from '@lockstep/server-http';
import { DataSource } from 'typeorm';
import { foundStatus } from '../inventory/standing.js';
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
    const { entities, raw } = await this.dataSource.manager
      .createQueryBuilder(FoundCertificateEntity, 'f')
      .addSelect(foundStatus, 'status')
      .where('f.id = ANY (:ids)', { ids })
      .andWhere('f.id IN (SELECT visible.id FROM visible_found_certificate_ids(:userId) AS visible (id))', {
        userId,
      })
      .getRawAndEntities<{ status: CertificateStatus }>();
    const connectionIds = entities.flatMap(({ connectionId }) => (connectionId === null ? [] : [connectionId]));
    const connectionNames = await this.connections.names(userId, connectionIds);
    return entities.flatMap((entity, index) => {
      const status = raw[index]?.status;
      return status === undefined ? [] : [toFoundCertificate(entity, { status, connectionNames })];
    });
  }
}
