import { type IncomingMessage, request as ask } from 'node:http';
import { type Socket, isIP } from 'node:net';
import { connect } from 'node:tls';
import {
  type NetworkPolicy,
  SshError,
  type StageLimit,
  connectSocket,
  resolveHost,
  seconds,
  withinDeadline,
} from '@lockstep/server-ssh';

/** What answered, as far as it tells. */
export interface HttpAnswer {
  /** Where one ended after being led on. */
  readonly url: URL;
  readonly status: number;
  /** As it names itself; empty where it does not. */
  readonly server: string;
  /** The first characters. */
  readonly text: string;
}

const [mostHops, mostText] = [10, 2_000];

/**
 * Fetches an address as a CA does for HTTP-01 (RFC 8555 §8.3): it lets itself be led on, by HTTP and HTTPS at their own
 * ports alone, and trusts any certificate on the way. Each connection goes where the network policy allows it.
 * Errors: SshError NAME_NOT_RESOLVED, NETWORK_NOT_ALLOWED, CONNECTION_REFUSED, HOST_UNREACHABLE, CONNECT_TIMEOUT,
 * CONNECTION_LOST, TLS_FAILED; the signal's reason.
 */
export async function fetchAsAuthority(url: URL, policy: NetworkPolicy, limit: StageLimit): Promise<HttpAnswer> {
  for (let hops = 0; ; hops += 1) {
    const { location, ...answer } = await fetchOnce(url, policy, limit);
    const next = location === undefined ? null : URL.parse(location, url.href);
    const isFollowed = next !== null && next.port === '' && /^https?:$/.test(next.protocol) && hops < mostHops;
    if (!isFollowed) return answer;
    url = next;
  }
}

async function fetchOnce(
  url: URL,
  policy: NetworkPolicy,
  limit: StageLimit,
): Promise<HttpAnswer & { location: string | undefined }> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const route = await resolveHost({ host, port, policy }, limit);
  const socket = await connectSocket(route, limit);
  const timeout = (): SshError =>
    new SshError('CONNECT_TIMEOUT', `${url.host} did not answer by HTTP within ${seconds(limit.deadlineMs)}.`);
  try {
    return await withinDeadline({ ...limit, timeout }, async () => {
      const answer = await send(url, url.protocol === 'https:' ? secured(socket, host) : socket);
      const { location, server } = answer.headers;
      const isLed = answer.statusCode !== undefined && answer.statusCode >= 300 && answer.statusCode < 400;
      const text = await beginningOf(answer);
      return {
        url,
        status: answer.statusCode ?? 0,
        server: String(server ?? ''),
        text,
        location: isLed ? location : undefined,
      };
    });
  } catch (error) {
    if (error instanceof SshError || limit.signal?.aborted) throw error;
    const words = (error as Error).message;
    throw new SshError('CONNECTION_LOST', `${url.host} did not answer by HTTP: ${words}.`, { cause: error });
  } finally {
    socket.destroy();
  }
}

const secured = (socket: Socket, host: string): Socket =>
  connect({ socket, ...(isIP(host) === 0 && { servername: host }), rejectUnauthorized: false });

function send(url: URL, socket: Socket): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { host: url.host, 'user-agent': 'Lockstep readiness check', connection: 'close' };
    const request = ask({ createConnection: () => socket, path: `${url.pathname}${url.search}`, headers });
    request.once('response', resolve);
    request.on('error', reject);
    request.end();
  });
}

async function beginningOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of answer.setEncoding('utf8')) {
    text += String(part);
    if (text.length >= mostText) break;
  }
  return text.slice(0, mostText);
}
