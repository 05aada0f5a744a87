import { Agent, request as begin } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Keeps its connections open, as a browser and a reverse proxy do, so that a request costs no handshake. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  send(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = { ...this.headers, ...(text !== undefined && { 'content-type': 'application/json' }) };
    return new Promise((resolve, reject) => {
      const request = begin(this.url + path, { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString();
          const isJson = response.headers['content-type']?.includes('json') ?? false;
          resolve({ status: response.statusCode ?? 0, body: isJson ? (JSON.parse(answer) as unknown) : answer });
        });
      });
      request.on('error', reject);
      request.end(text);
    });
  }

  /** The body of an answer with the expected status. @throws with the answer when it has another one */
  async expect<Body>(status: number, call: { method: string; path: string; body?: unknown }): Promise<Body> {
    const answer = await this.send(call.method, call.path, call.body);
    if (answer.status === status) return answer.body as Body;
    throw new Error(`${call.method} ${call.path} answered ${String(answer.status)}: ${JSON.stringify(answer.body)}`);
  }

  close(): void {
    this.agent.destroy();
  }
}
