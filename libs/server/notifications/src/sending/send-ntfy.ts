import { headline, isLoud, linesOf } from './message.js';
import { post } from './post.js';
import type { Sending, Way } from './way.js';

/** Publishing as JSON: titles and topics need no escaping there, as they would in headers. */
export function sendNtfy({ target, secret, message }: Sending<'ntfy'>, way: Way): Promise<string> {
  const { topic, priority } = target;
  const body = JSON.stringify({
    topic,
    title: headline(message),
    message: linesOf(message).join('\n'),
    priority: isLoud(message) ? 5 : priority,
    tags: [message.recovered ? 'white_check_mark' : message.event === 'test' ? 'wave' : 'warning'],
    ...(message.link !== null && { click: message.link }),
  });
  const headers = {
    'content-type': 'application/json',
    'webhook-id': message.id,
    ...(secret !== null && { authorization: `Bearer ${secret}` }),
  };
  return post({ url: new URL(target.server), headers, body }, way);
}
