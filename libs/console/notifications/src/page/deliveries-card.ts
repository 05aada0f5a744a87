import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { Icon, Spinner, StatusBadge } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { NotificationDelivery } from '@lockstep/contract';
import { deliveryState, eventTitle } from '../words/channel-words';

/** The last messages of a channel, newest first, each with what the other side said. */
@Component({
  selector: 'lockstep-deliveries-card',
  imports: [Icon, MatButton, MatIconButton, RelativeTime, Spinner, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './deliveries-card.html',
  styleUrl: './deliveries-card.scss',
})
export class DeliveriesCard {
  readonly deliveries = input.required<readonly NotificationDelivery[]>();
  /** The one that is sent again at this moment. */
  readonly retrying = input<string | null>(null);
  readonly retried = output<NotificationDelivery>();
  readonly refreshed = output();
  protected readonly deliveryState = deliveryState;
  protected readonly eventTitle = eventTitle;

  protected headline({ recovered, title }: NotificationDelivery): string {
    return recovered ? $localize`Recovered: ${title}:TITLE:` : title;
  }
}
