import { Controller, Header } from '@nestjs/common';
import { type Certificate, type RouteInput, routes } from '@lockstep/contract';
import { CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import { BroughtCertificatesService } from '../brought/brought-certificates.service.js';
import { UploadsService } from '../brought/uploads.service.js';
import { CertificateQueries } from '../certificates/certificate-queries.js';

@Controller()
export class BroughtCertificatesController {
  constructor(
    private readonly queries: CertificateQueries,
    private readonly brought: BroughtCertificatesService,
    private readonly uploads: UploadsService,
  ) {}

  @Route(routes.getCertificateRequest)
  @Header('Content-Type', 'application/pkcs10')
  request(
    @Input() { params }: RouteInput<typeof routes.getCertificateRequest>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<string> {
    return this.brought.request(actor.userId, params.id);
  }

  @Route(routes.bringCertificate)
  async bring(
    @Input() { params, body }: RouteInput<typeof routes.bringCertificate>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Certificate> {
    await this.brought.bring(actor, params.id, body);
    return this.queries.get(actor.userId, params.id);
  }

  @Route(routes.createUploadedCertificate)
  async create(
    @Input() { body }: RouteInput<typeof routes.createUploadedCertificate>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Certificate> {
    return this.queries.get(actor.userId, await this.uploads.create(actor, body));
  }

  @Route(routes.uploadCertificateVersion)
  async upload(
    @Input() { params, body }: RouteInput<typeof routes.uploadCertificateVersion>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Certificate> {
    await this.uploads.add(actor, params.id, body);
    return this.queries.get(actor.userId, params.id);
  }
}
