import { once } from 'node:events';
import { type IncomingHttpHeaders, createServer } from 'node:http';

/** A request as it arrived, and what to say to it. */
export interface Arrived {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

export interface StandIn {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Stands in, on loopback, for a provider that cannot be reached from tests. */
export async function startStandIn(reply: (request: Arrived) => Reply): Promise<StandIn> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const { method = '', headers } = request;
      const url = new URL(request.url ?? '/', `http://${headers.host ?? ''}`);
      const answer = reply({ method, url, headers, body });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    stop: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
