import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
} from '@angular/core';
import { FormField } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Api, changeNotificationChannel, createNotificationChannel } from '@lockstep/console-api';
import {
  CodeControl,
  Control,
  Field,
  ProblemNotice,
  Spinner,
  fieldError,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { SecretField } from '@lockstep/console-ui/overlays';
import type { ChannelKind, MailSecurity, NotificationChannel, SavedNotificationChannel } from '@lockstep/contract';
import { channelKinds, kindTitle } from '../words/channel-words';
import {
  channelForm,
  emptyChannel,
  modelOf,
  targetOf,
  usualPorts,
  wirePaths,
  type ChannelModel,
} from './channel-model';
import { Interests, allInterests, type ChannelInterests } from './interests';

/** Makes a channel, or changes one. */
@Component({
  selector: 'lockstep-channel-form',
  imports: [CodeControl, Control, Field, FormField, Interests, MatButton, ProblemNotice, SecretField, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './channel-form.html',
  styleUrl: './channel-form.scss',
})
export class ChannelForm {
  private readonly api = inject(Api);
  /** The channel to change; null to make one. */
  readonly channel = input<NotificationChannel | null>(null);
  readonly saved = output<SavedNotificationChannel>();
  readonly cancelled = output();
  /** New once it was changed: a channel whose messages fared otherwise must not take away what one has typed. */
  private readonly stored = computed(() => this.channel(), {
    equal: (before, now) => before?.id === now?.id && before?.updatedAt === now?.updatedAt,
  });

  protected readonly words = {
    made: $localize`Left empty, one is made and shown once.`,
    slack: $localize`Of Slack, Mattermost, Rocket.Chat or another that understands it. It is encrypted before it is kept.`,
  };
  protected readonly kinds = channelKinds;
  protected readonly kindTitle = kindTitle;
  protected readonly securities: readonly { readonly value: MailSecurity; readonly title: string }[] = [
    { value: 'tls', title: $localize`TLS from the start (465)` },
    { value: 'starttls', title: $localize`STARTTLS (587)` },
    { value: 'none', title: $localize`None, in the clear (25)` },
  ];
  protected readonly model = signal<ChannelModel>(emptyChannel);
  protected readonly interests = signal<ChannelInterests>(allInterests);
  protected readonly enabled = signal(true);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly hasSecret = computed(() => this.channel()?.hasSecret === true);
  protected readonly form = channelForm(this.model, this.hasSecret);
  protected readonly keptHint = computed(() =>
    this.hasSecret() ? $localize`Saved and encrypted. Leave it empty to keep it.` : '',
  );

  constructor() {
    effect(() => {
      const channel = this.stored();
      if (channel) untracked(() => this.fill(channel));
    });
  }

  protected error(name: keyof ChannelModel): string | undefined {
    return fieldError(this.form[name](), this.problem(), wirePaths[name]);
  }

  protected chooseKind(kind: ChannelKind): void {
    this.model.update((model) => ({ ...model, kind }));
    this.problem.set(null);
  }

  /** The port follows as long as it is the usual one. */
  protected chooseSecurity(security: MailSecurity): void {
    this.model.update((model) => ({
      ...model,
      security,
      port: Object.values(usualPorts).includes(model.port) ? usualPorts[security] : model.port,
    }));
  }

  protected save(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      this.saved.emit(await this.send());
    });
  }

  private send(): Promise<SavedNotificationChannel> {
    const channel = this.channel();
    const body = {
      ...{ name: this.model().name.trim(), target: targetOf(this.model()), enabled: this.enabled() },
      ...this.interests(),
    };
    return channel === null
      ? this.api.invoke(createNotificationChannel, { body })
      : this.api.invoke(changeNotificationChannel, { id: channel.id, body });
  }

  private fill(channel: NotificationChannel): void {
    const { events, byPersonsToo, connectionIds, tags } = channel;
    this.form().reset(modelOf(channel));
    this.interests.set({ events, byPersonsToo, connectionIds, tags });
    this.enabled.set(channel.enabled);
  }
}
