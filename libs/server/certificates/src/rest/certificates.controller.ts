import { Controller, Header } from '@nestjs/common';
import {
  type Certificate,
  type DiscoverAnswer,
  type Readiness,
  type RouteAnswer,
  type RouteInput,
  type StartAnswer,
  routes,
} from '@lockstep/contract';
import { CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import { CertificateQueries } from '../certificates/certificate-queries.js';
import { CertificateRehearsalsService } from '../certificates/certificate-rehearsals.service.js';
import { CertificateRenewalsService } from '../certificates/certificate-renewals.service.js';
import { CertificatesService } from '../certificates/certificates.service.js';
import { DiscoveryService } from '../scan/discovery.service.js';

@Controller()
export class CertificatesController {
  constructor(
    private readonly queries: CertificateQueries,
    private readonly certificates: CertificatesService,
    private readonly discovery: DiscoveryService,
    private readonly renewals: CertificateRenewalsService,
    private readonly rehearsals: CertificateRehearsalsService,
  ) {}

  @Route(routes.discoverCertificate)
  discover(@Input() { body }: RouteInput<typeof routes.discoverCertificate>): Promise<DiscoverAnswer> {
    return this.discovery.discover(body);
  }

  @Route(routes.listCertificates)
  list(
    @Input() { query }: RouteInput<typeof routes.listCertificates>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.listCertificates>> {
    return this.queries.list(actor.userId, query);
  }

  @Route(routes.createCertificate)
  async create(
    @Input() { body }: RouteInput<typeof routes.createCertificate>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Certificate> {
    return this.queries.get(actor.userId, await this.certificates.create(actor, body));
  }

  @Route(routes.getCertificate)
  get(
    @Input() { params }: RouteInput<typeof routes.getCertificate>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Certificate> {
    return this.queries.get(actor.userId, params.id);
  }

  @Route(routes.changeCertificate)
  async change(
    @Input() { params, body }: RouteInput<typeof routes.changeCertificate>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Certificate> {
    await this.certificates.change(actor, params.id, body);
    return this.queries.get(actor.userId, params.id);
  }

  @Route(routes.deleteCertificate)
  remove(
    @Input() { params }: RouteInput<typeof routes.deleteCertificate>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<void> {
    return this.certificates.remove(actor, params.id);
  }

  @Route(routes.renewCertificate)
  renew(
    @Input() { params, headers }: RouteInput<typeof routes.renewCertificate>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<StartAnswer> {
    return this.renewals.start(actor, params.id, headers['idempotency-key']);
  }

  @Route(routes.checkCertificateReadiness)
  checkReadiness(
    @Input() { params, headers }: RouteInput<typeof routes.checkCertificateReadiness>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<StartAnswer> {
    return this.rehearsals.start(actor, params.id, headers['idempotency-key']);
  }

  @Route(routes.getCertificateReadiness)
  readiness(
    @Input() { params }: RouteInput<typeof routes.getCertificateReadiness>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Readiness> {
    return this.rehearsals.last(actor.userId, params.id);
  }

  @Route(routes.listCertificateVersions)
  async versions(
    @Input() { params }: RouteInput<typeof routes.listCertificateVersions>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.listCertificateVersions>> {
    return { items: await this.queries.versions(actor.userId, params.id) };
  }

  @Route(routes.getCertificateChain)
  @Header('Content-Type', 'application/pem-certificate-chain')
  chain(
    @Input() { params }: RouteInput<typeof routes.getCertificateChain>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<string> {
    return this.queries.chain(actor.userId, params.id);
  }
}
