import { Controller } from '@nestjs/common';
import { type RouteAnswer, type RouteInput, routes } from '@lockstep/contract';
import { Input, Route } from '@lockstep/server-http';
import { AuditQueries } from './audit-queries.js';

@Controller()
export class AuditController {
  constructor(private readonly queries: AuditQueries) {}

  @Route(routes.listAudit)
  list(@Input() { query }: RouteInput<typeof routes.listAudit>): Promise<RouteAnswer<typeof routes.listAudit>> {
    return this.queries.list(query);
  }
}
