import type { Tone } from '@lockstep/console-ui';
import type {
  ChannelKind,
  NotificationChannel,
  NotificationDelivery,
  NotificationEvent,
  NotificationTarget,
} from '@lockstep/contract';

export const channelKinds: readonly ChannelKind[] = ['email', 'webhook', 'slack', 'ntfy'];

export function kindTitle(kind: ChannelKind): string {
  switch (kind) {
    case 'email':
      return $localize`E-mail`;
    case 'webhook':
      return $localize`Webhook`;
    case 'slack':
      return $localize`Slack`;
    case 'ntfy':
      return $localize`ntfy`;
  }
}

/** Where a channel leads, in a few words. */
export function targetWords(target: NotificationTarget): string {
  switch (target.kind) {
    case 'email': {
      const [first = '', ...others] = target.to;
      return others.length === 0 ? first : $localize`${first}:ADDRESS: and ${others.length}:COUNT: more`;
    }
    case 'webhook':
      return target.url;
    case 'slack':
      return target.host;
    case 'ntfy':
      return $localize`${target.topic}:TOPIC: on ${new URL(target.server).host}:SERVER:`;
  }
}

export function eventTitle(event: NotificationEvent): string {
  switch (event) {
    case 'certificate_expiring':
      return $localize`Certificate expiring`;
    case 'operation_failed':
      return $localize`Operation failed`;
    case 'rolled_back':
      return $localize`Rolled back`;
    case 'effect_partial':
      return $localize`Left between two states`;
    case 'host_key_changed':
      return $localize`Host key changed`;
    case 'nothing_ran':
      return $localize`Nothing ran`;
  }
}

/** When it is told, in one sentence. */
export function eventSentence(event: NotificationEvent): string {
  switch (event) {
    case 'certificate_expiring':
      return $localize`A certificate comes near its end and was not renewed.`;
    case 'operation_failed':
      return $localize`A restart, a test or a renewal that was started by a schedule did not work.`;
    case 'rolled_back':
      return $localize`A deployment went wrong, and the host is as it was before.`;
    case 'effect_partial':
      return $localize`A change stopped half way and could not be undone. It is urgent.`;
    case 'host_key_changed':
      return $localize`A host shows another key than the one that was approved.`;
    case 'nothing_ran':
      return $localize`The daily check of certificates, their automatic renewal or a schedule did not run.`;
  }
}

interface StateWords {
  readonly tone: Tone;
  readonly word: string;
}

export function channelState(
  channel: Pick<NotificationChannel, 'enabled' | 'failingSince' | 'lastDeliveredAt'>,
): StateWords {
  if (!channel.enabled) return { tone: 'cancelled', word: $localize`Off` };
  if (channel.failingSince !== null) return { tone: 'failed', word: $localize`Failing` };
  if (channel.lastDeliveredAt !== null) return { tone: 'completed', word: $localize`Working` };
  return { tone: 'waiting', word: $localize`Not tried yet` };
}

export function deliveryState({ state, attempts }: Pick<NotificationDelivery, 'state' | 'attempts'>): StateWords {
  switch (state) {
    case 'delivered':
      return { tone: 'completed', word: $localize`Delivered` };
    case 'given_up':
      return { tone: 'failed', word: $localize`Given up` };
    case 'waiting':
      return attempts === 0
        ? { tone: 'waiting', word: $localize`Waiting` }
        : { tone: 'waiting', word: $localize`Trying again` };
  }
}
