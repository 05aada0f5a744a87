import { Controller } from '@nestjs/common';
import { type RouteAnswer, type RouteInput, type User, routes } from '@lockstep/contract';
import { Input, Route } from '@lockstep/server-http';
import { CurrentActor } from '../actor/current-actor.js';
import type { SignedInActor } from '../actor/signed-in-actor.js';
import { GrantsService } from './grants.service.js';
import { UsersService } from './users.service.js';

@Controller()
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly grants: GrantsService,
  ) {}

  @Route(routes.listUsers)
  list(@Input() { query }: RouteInput<typeof routes.listUsers>): Promise<RouteAnswer<typeof routes.listUsers>> {
    return this.users.list(query);
  }

  @Route(routes.createUser)
  create(@CurrentActor() actor: SignedInActor, @Input() { body }: RouteInput<typeof routes.createUser>): Promise<User> {
    return this.users.create(actor, body);
  }

  @Route(routes.changeUser)
  change(
    @CurrentActor() actor: SignedInActor,
    @Input() { params, body }: RouteInput<typeof routes.changeUser>,
  ): Promise<User> {
    return this.users.change(actor, params.id, body);
  }

  @Route(routes.deleteUser)
  remove(
    @CurrentActor() actor: SignedInActor,
    @Input() { params }: RouteInput<typeof routes.deleteUser>,
  ): Promise<void> {
    return this.users.remove(actor, params.id);
  }

  @Route(routes.setGrants)
  setGrants(
    @CurrentActor() actor: SignedInActor,
    @Input() { params, body }: RouteInput<typeof routes.setGrants>,
  ): Promise<User> {
    return this.grants.replace(actor, params.id, body);
  }

  @Route(routes.listConnectionViewers)
  async viewers(
    @Input() { params }: RouteInput<typeof routes.listConnectionViewers>,
  ): Promise<RouteAnswer<typeof routes.listConnectionViewers>> {
    return { items: await this.grants.viewers(params.id) };
  }
}
