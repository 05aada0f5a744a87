import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, listNotificationChannels } from '@lockstep/console-api';
import {
  EmptyState,
  Icon,
  ProblemNotice,
  Spinner,
  StatusBadge,
  readProblem,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import { notificationEvents, type NotificationChannel } from '@lockstep/contract';
import { channelState, eventSentence, eventTitle, kindTitle, targetWords } from '../words/channel-words';

/** Who is told, how that fares; with nobody yet, what one would hear of. */
@Component({
  selector: 'lockstep-channels-page',
  imports: [EmptyState, Icon, MatButton, ProblemNotice, RelativeTime, RouterLink, Spinner, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './channels-page.html',
  styleUrl: './channels-page.scss',
})
export class ChannelsPage {
  private readonly api = inject(Api);
  protected readonly channels = signal<readonly NotificationChannel[] | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly events = notificationEvents;
  protected readonly eventTitle = eventTitle;
  protected readonly eventSentence = eventSentence;
  protected readonly kindTitle = kindTitle;
  protected readonly targetWords = targetWords;
  protected readonly channelState = channelState;

  constructor() {
    void this.load();
  }

  protected isEverywhere({ connectionIds, tags }: NotificationChannel): boolean {
    return connectionIds.length + tags.length === 0;
  }

  protected async load(): Promise<void> {
    try {
      this.channels.set((await this.api.invoke(listNotificationChannels)).items);
      this.problem.set(null);
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
