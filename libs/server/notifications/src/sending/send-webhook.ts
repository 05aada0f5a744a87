import { createHmac } from 'node:crypto';
import { DeliveryFailure } from './delivery-failure.js';
import { headline } from './message.js';
import { post } from './post.js';
import type { Sending, Way } from './way.js';

/** JSON signed by HMAC-SHA256 over id, time and body, as Standard Webhooks says: receivers verify it with its libraries. */
export function sendWebhook({ target, secret, message }: Sending<'webhook'>, way: Way): Promise<string> {
  if (secret === null) throw new DeliveryFailure('The signing secret is missing; make a new one.');
  const { id, at, event, recovered, text, host, link, since, keptQuiet } = message;
  const data = { id, recovered, title: headline(message), text, host, link, since: since.toISOString(), keptQuiet };
  const body = JSON.stringify({ type: event, timestamp: at.toISOString(), data });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  return post({ url: new URL(target.url), headers, body }, way);
}
