import { type IncomingMessage, request } from 'node:http';
import { type Socket, isIP } from 'node:net';
import { connect } from 'node:tls';
import { connectSocket, resolveHost } from '@lockstep/server-ssh';
import { DeliveryFailure } from './delivery-failure.js';
import type { Way } from './way.js';

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const mostTextLength = 2_000;
const textDeadlineMs = 2_000;

/**
 * Sends one POST and answers what the other side said. The name is resolved once and only addresses that the network policy
 * allows are connected to; a redirect is not followed, because it could lead anywhere. The status alone decides: an answer
 * whose text is cut off or slow has arrived.
 * Errors: DeliveryFailure, SshError of the connection.
 */
export async function post({ url, headers, body }: Post, way: Way): Promise<string> {
  const socket = await openSocket(url, way);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request({
        createConnection: () => socket,
        method: 'POST',
        path: `${url.pathname}${url.search}`,
        headers: {
          ...{ host: url.host, 'user-agent': 'Lockstep', 'content-length': String(Buffer.byteLength(body)) },
          ...headers,
        },
        signal: way.signal,
      });
      outgoing.on('response', resolve);
      outgoing.on('error', (error) => reject(new DeliveryFailure(`${url.host} broke off: ${error.message}.`)));
      outgoing.end(body);
    });
    return judge(url, response, await readText(response));
  } finally {
    socket.destroy();
  }
}

async function openSocket(url: URL, way: Way): Promise<Socket> {
  const isSecure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const socket = await connectSocket(await resolveHost({ host, port, policy: way.policy }, way), way);
  if (!isSecure) return socket;
  return new Promise((resolve, reject) => {
    // An address is no server name (RFC 6066 §3).
    const secured = connect({ socket, ...(isIP(host) === 0 ? { servername: host } : { host }) });
    secured.once('secureConnect', () => resolve(secured));
    secured.on('error', (error: Error) => {
      socket.destroy();
      reject(new DeliveryFailure(`${url.host} was not reached by TLS: ${error.message}.`));
    });
    way.signal.addEventListener('abort', () => secured.destroy(), { once: true });
  });
}

function judge(url: URL, { statusCode = 0, headers }: IncomingMessage, text: string): string {
  const said = text === '' ? String(statusCode) : `${String(statusCode)}: ${text}`;
  if (statusCode >= 200 && statusCode < 300) return said;
  if (statusCode >= 300 && statusCode < 400)
    throw new DeliveryFailure(`${url.host} answered ${String(statusCode)}, a redirect, which is not followed.`);
  throw new DeliveryFailure(`${url.host} answered ${said}`, secondsOf(headers['retry-after']));
}

/** Retry-After is a number of seconds or a date (RFC 9110 §10.2.3). */
function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1_000;
  return seconds > 0 ? Math.ceil(seconds) : undefined;
}

/** What comes of the text within a short time. */
function readText(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const timer = setTimeout(() => response.destroy(), textDeadlineMs);
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.length > mostTextLength) response.destroy();
    });
    response.on('error', () => undefined);
    response.on('close', () => {
      clearTimeout(timer);
      resolve(text.slice(0, mostTextLength));
    });
  });
}
