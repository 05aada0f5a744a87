import type { NotificationTarget } from '@lockstep/contract';
import type { NetworkPolicy, StageLimit } from '@lockstep/server-ssh';
import type { Message } from './message.js';

/** How the other side may be reached. When the signal is aborted nothing waits for the sender any more. */
export interface Way extends StageLimit {
  readonly policy: NetworkPolicy;
  readonly signal: AbortSignal;
}

/** What a sender needs. `secret` is the channel's one secret, opened. */
export interface Sending<Kind extends NotificationTarget['kind']> {
  readonly target: Extract<NotificationTarget, { kind: Kind }>;
  readonly secret: string | null;
  readonly message: Message;
}
