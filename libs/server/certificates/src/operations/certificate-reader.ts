import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { OperationFailure } from '@lockstep/server-operations';
import { DataSource } from 'typeorm';
import { CertificateEntity } from '../model/certificate.entity.js';

/** Reads what an operation works on. */
@Injectable()
export class CertificateReader {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** With issuer and targets, these in their order and without those on connections that were removed. Errors: OperationFailure ISSUE_FAILED when it was removed. */
  async read(id: number): Promise<CertificateEntity> {
    const certificate = await this.dataSource.manager.findOne(CertificateEntity, {
      where: { id },
      relations: { issuer: true, targets: true },
      order: { targets: { place: 'ASC' } },
    });
    if (!certificate) throw new OperationFailure('ISSUE_FAILED', 'The certificate was removed from Lockstep.');
    const hosts = await this.dataSource.query<{ id: number }[]>(
      'SELECT id FROM connections WHERE id = ANY ($1) AND deleted_at IS NULL',
      [certificate.targets?.map(({ connectionId }) => connectionId) ?? []],
    );
    const there = new Set(hosts.map(({ id: host }) => host));
    certificate.targets = certificate.targets?.filter(({ connectionId }) => there.has(connectionId)) ?? [];
    return certificate;
  }
}
