import { Controller } from '@nestjs/common';
import {
  type PinnedServices,
  type RouteAnswer,
  type RouteInput,
  type ServiceDetail,
  type ServiceList,
  type ServiceSettings,
  type StartAnswer,
  routes,
} from '@lockstep/contract';
import { CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import { FleetServices } from '../services/fleet-services.js';
import { ServicesService } from '../services/services.service.js';

@Controller()
export class ServicesController {
  constructor(
    private readonly services: ServicesService,
    private readonly fleet: FleetServices,
  ) {}

  @Route(routes.listServices)
  list(
    @Input() { params, query }: RouteInput<typeof routes.listServices>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<ServiceList> {
    return this.services.list(actor, params.id, query.refresh);
  }

  @Route(routes.getService)
  get(
    @Input() { params }: RouteInput<typeof routes.getService>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<ServiceDetail> {
    return this.services.get(actor, params.id, params.service);
  }

  @Route(routes.restartService)
  restart(
    @Input() { params, body, headers }: RouteInput<typeof routes.restartService>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<StartAnswer> {
    const { service } = body;
    return this.services.restart(actor, params.id, { service, idempotencyKey: headers['idempotency-key'] });
  }

  @Route(routes.pinServices)
  async pin(
    @Input() { params, body }: RouteInput<typeof routes.pinServices>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<PinnedServices> {
    return { services: await this.services.pin(actor, params.id, body.services) };
  }

  @Route(routes.getServiceSettings)
  readSettings(
    @Input() { params }: RouteInput<typeof routes.getServiceSettings>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<ServiceSettings> {
    return this.services.readSettings(actor, params.id);
  }

  @Route(routes.changeServiceSettings)
  changeSettings(
    @Input() { params, body }: RouteInput<typeof routes.changeServiceSettings>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<ServiceSettings> {
    return this.services.changeSettings(actor, params.id, body);
  }

  @Route(routes.listFleetServices)
  listFleet(
    @Input() { query }: RouteInput<typeof routes.listFleetServices>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.listFleetServices>> {
    return this.fleet.list(actor.userId, query);
  }
}
