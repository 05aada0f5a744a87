import { connectSocket, resolveHost } from '@lockstep/server-ssh';
import { createTransport } from 'nodemailer';
import { DeliveryFailure } from './delivery-failure.js';
import { headline, isLoud, linesOf } from './message.js';
import type { Sending, Way } from './way.js';

/** Plain text by SMTP. Errors: DeliveryFailure with the server's words, SshError of the connection. */
export async function sendEmail({ target, secret, message }: Sending<'email'>, way: Way): Promise<string> {
  const { host, port, security, username, from, to } = target;
  const connection = await connectSocket(await resolveHost({ host, port, policy: way.policy }, way), way);
  const transport = createTransport({
    ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
    // Ours goes only where the network policy lets it.
    getSocket: (_options, callback) => callback(null, { connection }),
    ...(secret !== null && username !== null && { auth: { user: username, pass: secret } }),
    ...{ greetingTimeout: way.deadlineMs, socketTimeout: way.deadlineMs },
  });
  way.signal.addEventListener('abort', () => connection.destroy(), { once: true });
  try {
    const { response, rejected } = await transport.sendMail({
      from: { name: 'Lockstep', address: from },
      to,
      subject: `[Lockstep] ${headline(message)}`,
      text: [...linesOf(message), ...(message.link === null ? [] : ['', message.link]), ''].join('\n'),
      date: message.at,
      messageId: `<${message.id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
      // No answers from absence notices and the like (RFC 3834 §5).
      headers: { 'Auto-Submitted': 'auto-generated' },
      ...(isLoud(message) && { priority: 'high' as const }),
    });
    return rejected.length === 0 ? response : `${response} (refused for ${rejected.join(', ')})`;
  } catch (error) {
    connection.destroy();
    throw new DeliveryFailure(`${host} ${wordsOf(error)}`);
  }
}

function wordsOf(error: unknown): string {
  const { code, response, message } = error as { code?: string; response?: string; message: string };
  if (code === 'ETLS') return `did not begin TLS: ${response ?? message}`;
  return response === undefined ? `did not take the message: ${message}` : `answered ${response}`;
}
