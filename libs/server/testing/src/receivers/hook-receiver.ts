import { once } from 'node:events';
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { freePort } from '../process/free-port.js';

/** A request as it arrived. */
export interface ReceivedHook {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a request is answered: with a status, by cutting the line, or not at all. */
export type HookAnswer =
  { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } | 'cut' | 'silence';

/** A web server that keeps what is posted to it. */
export interface HookReceiver {
  readonly url: string;
  readonly port: number;
  readonly hooks: ReceivedHook[];
  /** The next requests are answered so, one each; later ones with 200 and `ok`. */
  readonly answers: HookAnswer[];
  stop(): Promise<void>;
}

/** Starts a web server on loopback, with TLS where a certificate is given. */
export async function startHookReceiver(tls?: { certificate: string; key: string }): Promise<HookReceiver> {
  const hooks: ReceivedHook[] = [];
  const answers: HookAnswer[] = [];
  const server = tls ? createSecureServer({ cert: tls.certificate, key: tls.key }) : createServer();
  server.on('request', (request, response: ServerResponse) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      hooks.push({ path: request.url ?? '', headers: request.headers, body });
      answer(response, answers.shift() ?? { status: 200, body: 'ok' });
    });
  });
  const port = await freePort();
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${String(port)}`,
    port,
    hooks,
    answers,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, how: HookAnswer): void {
  if (how === 'silence') return;
  if (how === 'cut') response.destroy();
  else response.writeHead(how.status, how.headers).end(how.body);
}
