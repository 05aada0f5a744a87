import { Controller } from '@nestjs/common';
import { type IssuedToken, type RouteAnswer, type RouteInput, routes } from '@lockstep/contract';
import { Input, Route } from '@lockstep/server-http';
import { CurrentActor } from '../actor/current-actor.js';
import type { SignedInActor } from '../actor/signed-in-actor.js';
import { ApiTokensService } from './api-tokens.service.js';

@Controller()
export class ApiTokensController {
  constructor(private readonly tokens: ApiTokensService) {}

  @Route(routes.listTokens)
  async list(@CurrentActor() actor: SignedInActor): Promise<RouteAnswer<typeof routes.listTokens>> {
    return { items: await this.tokens.list(actor) };
  }

  @Route(routes.createToken)
  create(
    @CurrentActor() actor: SignedInActor,
    @Input() { body }: RouteInput<typeof routes.createToken>,
  ): Promise<IssuedToken> {
    return this.tokens.create(actor, body);
  }

  @Route(routes.revokeToken)
  revoke(
    @CurrentActor() actor: SignedInActor,
    @Input() { params }: RouteInput<typeof routes.revokeToken>,
  ): Promise<void> {
    return this.tokens.revoke(actor, params.id);
  }
}
