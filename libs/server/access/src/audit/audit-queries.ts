import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { AuditEntry, RouteAnswer, RouteInput, routes } from '@lockstep/contract';
import { searchPattern } from '@lockstep/server-database';
import { DataSource } from 'typeorm';
import { readCursor, toPage } from '../keyset.js';
import { AuditEntryEntity } from './audit-entry.entity.js';

type ListQuery = RouteInput<typeof routes.listAudit>['query'];

const toAuditEntry = ({ at, hash, ...entry }: AuditEntryEntity): AuditEntry => ({
  ...entry,
  at: at.toISOString(),
  hash: hash.toString('hex'),
});

/** Reads the audit, newest first. */
@Injectable()
export class AuditQueries {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async list({ search, result, cursor, limit }: ListQuery): Promise<RouteAnswer<typeof routes.listAudit>> {
    const before = readCursor(cursor);
    const query = this.dataSource.getRepository(AuditEntryEntity).createQueryBuilder('entry');
    const like = searchPattern(search);
    if (like !== null) {
      query.andWhere(`(entry.action ILIKE :like OR entry.subject ILIKE :like OR entry.actor->>'name' ILIKE :like)`, {
        like,
      });
    }
    if (result !== undefined) query.andWhere('entry.result = :result', { result });
    const total = await query.getCount();
    if (before !== undefined) query.andWhere('entry.id < :before', { before });
    const found = await query
      .orderBy('entry.id', 'DESC')
      .take(limit + 1)
      .getMany();
    return toPage(found.map(toAuditEntry), { limit, total });
  }
}
