import { Controller } from '@nestjs/common';
import {
  type AuthorizedKey,
  type Connection,
  type RouteAnswer,
  type RouteInput,
  type StartAnswer,
  routes,
} from '@lockstep/contract';
import { CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import { AuthorizedKeyService } from '../connections/authorized-key.service.js';
import { ConnectionQueries } from '../connections/connection-queries.js';
import { ConnectionTestsService } from '../connections/connection-tests.service.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { HostsImportService } from '../imports/hosts-import.service.js';

@Controller()
export class ConnectionsController {
  constructor(
    private readonly queries: ConnectionQueries,
    private readonly connections: ConnectionsService,
    private readonly imports: HostsImportService,
    private readonly tests: ConnectionTestsService,
    private readonly authorizedKeys: AuthorizedKeyService,
  ) {}

  @Route(routes.listConnections)
  list(
    @Input() { query }: RouteInput<typeof routes.listConnections>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.listConnections>> {
    return this.queries.list(actor.userId, query);
  }

  @Route(routes.createConnection)
  async create(
    @Input() { body }: RouteInput<typeof routes.createConnection>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Connection> {
    return this.queries.get(actor.userId, await this.connections.create(actor, body));
  }

  @Route(routes.getConnection)
  get(
    @Input() { params }: RouteInput<typeof routes.getConnection>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Connection> {
    return this.queries.get(actor.userId, params.id);
  }

  @Route(routes.getAuthorizedKey)
  authorizedKey(
    @Input() { params }: RouteInput<typeof routes.getAuthorizedKey>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<AuthorizedKey> {
    return this.authorizedKeys.read(actor.userId, params.id);
  }

  @Route(routes.changeConnection)
  async change(
    @Input() { params, body }: RouteInput<typeof routes.changeConnection>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Connection> {
    await this.connections.change(actor, params.id, body);
    return this.queries.get(actor.userId, params.id);
  }

  @Route(routes.deleteConnection)
  remove(
    @Input() { params }: RouteInput<typeof routes.deleteConnection>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<void> {
    return this.connections.remove(actor, params.id);
  }

  @Route(routes.listTags)
  async listTags(@CurrentActor() actor: SignedInActor): Promise<RouteAnswer<typeof routes.listTags>> {
    return { items: await this.queries.tags(actor.userId) };
  }

  @Route(routes.importConnections)
  import(
    @Input() { body }: RouteInput<typeof routes.importConnections>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.importConnections>> {
    return this.imports.import(actor, body);
  }

  @Route(routes.testConnection)
  test(
    @Input() { params, headers }: RouteInput<typeof routes.testConnection>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<StartAnswer> {
    return this.tests.start(actor, params.id, headers['idempotency-key']);
  }

  @Route(routes.testConnections)
  testMany(
    @Input() { body }: RouteInput<typeof routes.testConnections>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.testConnections>> {
    return this.tests.startMany(actor, body.connectionIds);
  }
}
