import { Injectable, Logger } from '@nestjs/common';
import type { NotificationTarget } from '@lockstep/contract';
import { SecretUnreadableError } from '@lockstep/server-secrets';
import { NetworkPolicy, SshError, seconds, withinDeadline } from '@lockstep/server-ssh';
import { ChannelSecrets } from '../channels/channel-secrets.js';
import type { ChannelEntity } from '../channels/channel.entity.js';
import { DeliveryFailure } from './delivery-failure.js';
import type { Message } from './message.js';
import { sendEmail } from './send-email.js';
import { sendNtfy } from './send-ntfy.js';
import { sendSlack } from './send-slack.js';
import { sendWebhook } from './send-webhook.js';
import type { Way } from './way.js';

/** From the look-up of the name to the answer. */
const sendDeadlineMs = 20_000;
const mostAnswerLength = 500;

/** How sending once went. `answer` is one line, without the channel's secret. */
export interface SendResult {
  readonly delivered: boolean;
  readonly answer: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** Sends one message once. */
@Injectable()
export class Sender {
  private readonly logger = new Logger('Notifications');

  constructor(
    private readonly secrets: ChannelSecrets,
    private readonly policy: NetworkPolicy,
  ) {}

  /** Never throws: whatever happens is an answer. An abort counts as a failure. */
  async send(
    { id, settings, sealedSecret }: Pick<ChannelEntity, 'id' | 'settings' | 'sealedSecret'>,
    message: Message,
    signal?: AbortSignal,
  ): Promise<SendResult> {
    let secret: string | null = null;
    const say = (words: string): string => cleanWords(secret === null ? words : words.replaceAll(secret, '•••'));
    try {
      secret = sealedSecret && this.secrets.open(id, sealedSecret);
      return { delivered: true, answer: say(await this.sendInTime({ settings, secret, message }, signal)) };
    } catch (error) {
      if (error instanceof DeliveryFailure)
        return { delivered: false, answer: say(error.message), retryAfterSeconds: error.retryAfterSeconds };
      if (error instanceof SshError || error instanceof SecretUnreadableError)
        return { delivered: false, answer: say(error.message) };
      if (signal?.aborted) return { delivered: false, answer: 'Lockstep was stopped while it was sending.' };
      this.logger.error(error);
      return { delivered: false, answer: 'Something went wrong in Lockstep; its log says what.' };
    }
  }

  private sendInTime(sending: Outgoing, signal: AbortSignal | undefined): Promise<string> {
    const stopping = new AbortController();
    const way: Way = { policy: this.policy, deadlineMs: sendDeadlineMs, signal: stopping.signal };
    return withinDeadline(
      {
        deadlineMs: sendDeadlineMs,
        ...(signal && { signal }),
        timeout: () => new DeliveryFailure(`There was no answer within ${seconds(sendDeadlineMs)}.`),
        giveUp: () => stopping.abort(),
      },
      async () => dispatch(sending, way),
    );
  }
}

interface Outgoing {
  readonly settings: NotificationTarget;
  readonly secret: string | null;
  readonly message: Message;
}

function dispatch({ settings: target, ...rest }: Outgoing, way: Way): Promise<string> {
  switch (target.kind) {
    case 'email':
      return sendEmail({ target, ...rest }, way);
    case 'webhook':
      return sendWebhook({ target, ...rest }, way);
    case 'slack':
      return sendSlack({ target, ...rest }, way);
    case 'ntfy':
      return sendNtfy({ target, ...rest }, way);
  }
}

/** Another's words as one line. */
function cleanWords(text: string): string {
  const line = text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/\p{Cs}/gu, '\u{FFFD}')
    .trim();
  return line.length > mostAnswerLength ? `${line.slice(0, mostAnswerLength)}…` : line;
}
