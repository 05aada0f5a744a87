import { Controller, Header } from '@nestjs/common';
import { type Issuer, type RouteAnswer, type RouteInput, routes } from '@lockstep/contract';
import { CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import { InternalAuthorities } from '../issuers/internal-authorities.js';
import { IssuersService } from '../issuers/issuers.service.js';

@Controller()
export class IssuersController {
  constructor(
    private readonly issuers: IssuersService,
    private readonly authorities: InternalAuthorities,
  ) {}

  @Route(routes.listIssuers)
  async list(): Promise<RouteAnswer<typeof routes.listIssuers>> {
    return { items: await this.issuers.list() };
  }

  @Route(routes.createIssuer)
  create(
    @Input() { body }: RouteInput<typeof routes.createIssuer>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Issuer> {
    return this.issuers.create(actor, body);
  }

  @Route(routes.getIssuer)
  get(@Input() { params }: RouteInput<typeof routes.getIssuer>): Promise<Issuer> {
    return this.issuers.get(params.id);
  }

  @Route(routes.getIssuerRoot)
  @Header('Content-Type', 'application/pem-certificate-chain')
  root(@Input() { params }: RouteInput<typeof routes.getIssuerRoot>): Promise<string> {
    return this.authorities.root(params.id);
  }

  @Route(routes.changeIssuer)
  change(
    @Input() { params, body }: RouteInput<typeof routes.changeIssuer>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Issuer> {
    return this.issuers.change(actor, params.id, body);
  }

  @Route(routes.deleteIssuer)
  remove(
    @Input() { params }: RouteInput<typeof routes.deleteIssuer>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<void> {
    return this.issuers.remove(actor, params.id);
  }
}
