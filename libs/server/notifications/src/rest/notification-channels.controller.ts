import { Controller } from '@nestjs/common';
import {
  type NotificationChannel,
  type NotificationDelivery,
  type NotificationTest,
  type RouteAnswer,
  type RouteInput,
  type SavedNotificationChannel,
  routes,
} from '@lockstep/contract';
import { CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import { ChannelsService } from '../channels/channels.service.js';
import { DeliveriesService } from '../delivery/deliveries.service.js';

@Controller()
export class NotificationChannelsController {
  constructor(
    private readonly channels: ChannelsService,
    private readonly deliveries: DeliveriesService,
  ) {}

  @Route(routes.listNotificationChannels)
  async list(): Promise<RouteAnswer<typeof routes.listNotificationChannels>> {
    return { items: await this.channels.list() };
  }

  @Route(routes.createNotificationChannel)
  create(
    @Input() { body }: RouteInput<typeof routes.createNotificationChannel>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<SavedNotificationChannel> {
    return this.channels.create(actor, body);
  }

  @Route(routes.getNotificationChannel)
  get(@Input() { params }: RouteInput<typeof routes.getNotificationChannel>): Promise<NotificationChannel> {
    return this.channels.get(params.id);
  }

  @Route(routes.changeNotificationChannel)
  change(
    @Input() { params, body }: RouteInput<typeof routes.changeNotificationChannel>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<SavedNotificationChannel> {
    return this.channels.change(actor, params.id, body);
  }

  @Route(routes.deleteNotificationChannel)
  remove(
    @Input() { params }: RouteInput<typeof routes.deleteNotificationChannel>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<void> {
    return this.channels.remove(actor, params.id);
  }

  @Route(routes.testNotificationChannel)
  test(
    @Input() { params }: RouteInput<typeof routes.testNotificationChannel>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<NotificationTest> {
    return this.deliveries.test(actor, params.id);
  }

  @Route(routes.listNotificationDeliveries)
  async listDeliveries(
    @Input() { params, query }: RouteInput<typeof routes.listNotificationDeliveries>,
  ): Promise<RouteAnswer<typeof routes.listNotificationDeliveries>> {
    return { items: await this.deliveries.list(params.id, query.limit) };
  }

  @Route(routes.retryNotificationDelivery)
  retry(
    @Input() { params }: RouteInput<typeof routes.retryNotificationDelivery>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<NotificationDelivery> {
    return this.deliveries.retry(actor, params.id, params.deliveryId);
  }
}
