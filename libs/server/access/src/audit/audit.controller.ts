import { Controller } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type AuditEntry, type RouteAnswer, type RouteInput, routes } from '@lockstep/contract';
import { Input, Route } from '@lockstep/server-http';
import { DataSource, LessThan } from 'typeorm';
import { readCursor, toPage } from '../keyset.js';
import { AuditEntryEntity } from './audit-entry.entity.js';

const toAuditEntry = ({ at, hash, ...entry }: AuditEntryEntity): AuditEntry => ({
  ...entry,
  at: at.toISOString(),
  hash: hash.toString('hex'),
});

@Controller()
export class AuditController {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  @Route(routes.listAudit)
  async list(@Input() { query }: RouteInput<typeof routes.listAudit>): Promise<RouteAnswer<typeof routes.listAudit>> {
    const entries = this.dataSource.getRepository(AuditEntryEntity);
    const before = readCursor(query.cursor);
    const where = before === undefined ? {} : { id: LessThan(before) };
    const found = await entries.find({ where, order: { id: 'DESC' }, take: query.limit + 1 });
    return toPage(found.map(toAuditEntry), { limit: query.limit, total: await entries.count() });
  }
}
