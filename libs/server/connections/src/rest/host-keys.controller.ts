import { Controller } from '@nestjs/common';
import { type HostKeys, type KnownHostsAnswer, type RouteInput, routes } from '@lockstep/contract';
import { AccessService, CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import { HostKeysService } from '../host-keys/host-keys.service.js';
import { KnownHostsImportService } from '../host-keys/known-hosts-import.service.js';

@Controller()
export class HostKeysController {
  constructor(
    private readonly access: AccessService,
    private readonly hostKeys: HostKeysService,
    private readonly knownHosts: KnownHostsImportService,
  ) {}

  @Route(routes.getHostKeys)
  async get(
    @Input() { params }: RouteInput<typeof routes.getHostKeys>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<HostKeys> {
    await this.access.assertVisible(actor, params.id);
    return this.hostKeys.read(params.id);
  }

  @Route(routes.acceptHostKey)
  async accept(
    @Input() { params, body }: RouteInput<typeof routes.acceptHostKey>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<HostKeys> {
    await this.access.assertVisible(actor, params.id);
    return this.hostKeys.accept(actor, params.id, body.fingerprint);
  }

  @Route(routes.refuseHostKey)
  async refuse(
    @Input() { params, body }: RouteInput<typeof routes.refuseHostKey>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<HostKeys> {
    await this.access.assertVisible(actor, params.id);
    return this.hostKeys.refuse(actor, params.id, body.fingerprint);
  }

  @Route(routes.importKnownHosts)
  importKnownHosts(
    @Input() { body }: RouteInput<typeof routes.importKnownHosts>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<KnownHostsAnswer> {
    return this.knownHosts.import(actor, body.text);
  }
}
