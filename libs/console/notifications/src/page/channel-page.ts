import {
  ChangeDetectionStrategy,
  Component,
  effect,
  inject,
  input,
  numberAttribute,
  signal,
  untracked,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import {
  Api,
  deleteNotificationChannel,
  getNotificationChannel,
  listNotificationDeliveries,
  retryNotificationDelivery,
  testNotificationChannel,
} from '@lockstep/console-api';
import { Icon, ProblemNotice, Spinner, StatusBadge, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { Confirm, CopyButton, RelativeTime, Toasts } from '@lockstep/console-ui/overlays';
import type {
  NotificationChannel,
  NotificationDelivery,
  NotificationTest,
  SavedNotificationChannel,
} from '@lockstep/contract';
import { ChannelForm } from '../form/channel-form';
import { NewSecret } from '../new-secret';
import { channelState, kindTitle, targetWords } from '../words/channel-words';
import { DeliveriesCard } from './deliveries-card';

/** One channel: whether it works, what it told, how it is set. */
@Component({
  selector: 'lockstep-channel-page',
  imports: [
    ChannelForm,
    CopyButton,
    DeliveriesCard,
    Icon,
    MatButton,
    ProblemNotice,
    RelativeTime,
    RouterLink,
    Spinner,
    StatusBadge,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './channel-page.html',
  styleUrl: './channel-page.scss',
})
export class ChannelPage {
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly carriedSecret = inject(NewSecret);
  readonly id = input.required({ transform: numberAttribute });

  protected readonly channel = signal<NotificationChannel | null>(null);
  protected readonly deliveries = signal<readonly NotificationDelivery[]>([]);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly newSecret = signal<string | null>(null);
  protected readonly test = signal<NotificationTest | null>(null);
  protected readonly isTesting = signal(false);
  /** The message that is sent again at this moment. */
  protected readonly retrying = signal<string | null>(null);
  protected readonly channelState = channelState;
  protected readonly kindTitle = kindTitle;
  protected readonly targetWords = targetWords;

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => {
        this.channel.set(null);
        this.test.set(null);
        this.newSecret.set(this.carriedSecret.take(id));
        void this.load();
      });
    });
  }

  protected async tryOut(): Promise<void> {
    this.isTesting.set(true);
    this.test.set(null);
    await this.attempt(async () => {
      this.test.set(await this.api.invoke(testNotificationChannel, { id: this.id() }));
    });
    this.isTesting.set(false);
    await this.load();
  }

  protected async retry({ id: deliveryId }: NotificationDelivery): Promise<void> {
    this.retrying.set(deliveryId);
    await this.attempt(async () => {
      const { state, answer } = await this.api.invoke(retryNotificationDelivery, { id: this.id(), deliveryId });
      this.toasts.show(state === 'delivered' ? $localize`Delivered.` : $localize`It failed again: ${answer}:ANSWER:`);
    });
    this.retrying.set(null);
    await this.load();
  }

  protected async onSaved({ newSecret, ...channel }: SavedNotificationChannel): Promise<void> {
    this.newSecret.set(newSecret);
    this.channel.set(channel);
    this.toasts.show($localize`Saved.`);
    await this.load();
  }

  protected async remove({ id, name }: NotificationChannel): Promise<void> {
    const agreed = await this.confirm.ask({
      heading: $localize`Remove ${name}:NAME:?`,
      paragraphs: [$localize`Nobody is told by it any more, and what is waiting for it is dropped.`],
      action: $localize`Remove channel`,
      danger: true,
    });
    if (!agreed) return;
    await this.attempt(async () => {
      await this.api.invoke(deleteNotificationChannel, { id });
      await this.router.navigate(['/settings/notifications']);
    });
  }

  protected async load(): Promise<void> {
    await this.attempt(async () => {
      const id = this.id();
      const [channel, { items }] = await Promise.all([
        this.api.invoke(getNotificationChannel, { id }),
        this.api.invoke(listNotificationDeliveries, { id, limit: 50 }),
      ]);
      this.channel.set(channel);
      this.deliveries.set(items);
      this.problem.set(null);
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
