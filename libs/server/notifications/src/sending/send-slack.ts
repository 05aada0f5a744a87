import { DeliveryFailure } from './delivery-failure.js';
import { headline, linesOf } from './message.js';
import { post } from './post.js';
import type { Sending, Way } from './way.js';

/** Slack reads these three as its own. */
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** An incoming webhook as Slack has it, and Mattermost, Rocket.Chat and others after it. Its address is the secret. */
export function sendSlack({ secret, message }: Sending<'slack'>, way: Way): Promise<string> {
  if (secret === null) throw new DeliveryFailure('The address is missing; give it again.');
  const link = message.link === null ? [] : [`<${message.link}|Open in Lockstep>`];
  const text = [`*${escape(headline(message))}*`, ...linesOf(message).map(escape), ...link].join('\n');
  const headers = { 'content-type': 'application/json', 'webhook-id': message.id };
  return post({ url: new URL(secret), headers, body: JSON.stringify({ text }) }, way);
}
