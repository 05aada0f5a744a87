import { Controller } from '@nestjs/common';
import {
  type RollingRestart,
  type RollingRestartPreview,
  type RouteAnswer,
  type RouteInput,
  routes,
} from '@lockstep/contract';
import { CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import { RollingRestartsService } from './rolling-restarts.service.js';

@Controller()
export class RollingRestartsController {
  constructor(private readonly rolling: RollingRestartsService) {}

  @Route(routes.previewRollingRestart)
  preview(
    @Input() { body }: RouteInput<typeof routes.previewRollingRestart>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RollingRestartPreview> {
    return this.rolling.preview(actor.userId, body);
  }

  @Route(routes.startRollingRestart)
  start(
    @Input() { body, headers }: RouteInput<typeof routes.startRollingRestart>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RollingRestart> {
    return this.rolling.start(actor, body, headers['idempotency-key']);
  }

  @Route(routes.listRollingRestarts)
  list(
    @Input() { query }: RouteInput<typeof routes.listRollingRestarts>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.listRollingRestarts>> {
    return this.rolling.list(actor, { cursor: query.cursor, limit: query.limit });
  }

  @Route(routes.getRollingRestart)
  get(
    @Input() { params }: RouteInput<typeof routes.getRollingRestart>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RollingRestart> {
    return this.rolling.get(actor, params.id);
  }

  @Route(routes.cancelRollingRestart)
  cancel(
    @Input() { params }: RouteInput<typeof routes.cancelRollingRestart>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RollingRestart> {
    return this.rolling.cancel(actor, params.id);
  }
}
