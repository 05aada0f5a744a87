import { Controller } from '@nestjs/common';
import {
  type ConnectionScanAnswer,
  type FoundCertificate,
  type RouteAnswer,
  type RouteInput,
  type WatchAnswer,
  routes,
} from '@lockstep/contract';
import { CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import { FoundCertificatesService } from '../found/found-certificates.service.js';
import { FoundQueries } from '../found/found-queries.js';
import { InventoryQueries } from '../inventory/inventory-queries.js';
import { ConnectionScanService, scanMs } from '../scan/connection-scan.service.js';
import { DiscoveryService } from '../scan/discovery.service.js';

@Controller()
export class FoundCertificatesController {
  constructor(
    private readonly inventory: InventoryQueries,
    private readonly queries: FoundQueries,
    private readonly found: FoundCertificatesService,
    private readonly discovery: DiscoveryService,
    private readonly connections: ConnectionScanService,
  ) {}

  @Route(routes.listInventory)
  list(
    @Input() { query }: RouteInput<typeof routes.listInventory>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.listInventory>> {
    return this.inventory.list(actor.userId, query);
  }

  @Route(routes.countExpiries)
  countExpiries(
    @Input() { query }: RouteInput<typeof routes.countExpiries>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.countExpiries>> {
    return this.inventory.countExpiries(actor.userId, query);
  }

  @Route(routes.scanAddresses)
  async scanAddresses(
    @Input() { body }: RouteInput<typeof routes.scanAddresses>,
  ): Promise<RouteAnswer<typeof routes.scanAddresses>> {
    return { items: await this.discovery.lookAtAll(body.addresses, AbortSignal.timeout(scanMs)) };
  }

  @Route(routes.scanConnection)
  scanConnection(
    @Input() { params, body }: RouteInput<typeof routes.scanConnection>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<ConnectionScanAnswer> {
    return this.connections.scan(actor, params.id, body);
  }

  @Route(routes.watchCertificates)
  watch(
    @Input() { body }: RouteInput<typeof routes.watchCertificates>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<WatchAnswer> {
    return this.found.watch(actor, body);
  }

  @Route(routes.getFoundCertificate)
  get(
    @Input() { params }: RouteInput<typeof routes.getFoundCertificate>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<FoundCertificate> {
    return this.queries.get(actor.userId, params.id);
  }

  @Route(routes.checkFoundCertificate)
  async check(
    @Input() { params }: RouteInput<typeof routes.checkFoundCertificate>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<FoundCertificate> {
    await this.found.check(actor.userId, params.id);
    return this.queries.get(actor.userId, params.id);
  }

  @Route(routes.forgetFoundCertificate)
  forget(
    @Input() { params }: RouteInput<typeof routes.forgetFoundCertificate>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<void> {
    return this.found.forget(actor, params.id);
  }
}
