import type { axios } from 'acme-client';

/** An answer of a CA, its body as text. */
export type Answer = Awaited<ReturnType<typeof axios.request<string>>>;
/** The request that acme-client has in mind. */
export type Config = Answer['config'];

/**
 * What a CA has told an account object already, so that it is not asked again: its directory, and the nonce that every answer
 * to a signed request bears (RFC 8555 §6.5), where acme-client by itself asks for one before each. A nonce is used once, the
 * newest first.
 */
export class Told {
  private directory: Answer | undefined;
  private readonly nonces: string[] = [];

  constructor(private readonly directoryUrl: string) {}

  /** The answer to a request that need not be sent. */
  answerTo(config: Config): Answer | undefined {
    if (config.url === this.directoryUrl) return this.directory && { ...this.directory, config };
    // acme-client sends HEAD for nonces alone.
    const nonce = config.method === 'head' ? this.nonces.pop() : undefined;
    if (nonce === undefined) return undefined;
    return { config, status: 200, statusText: 'OK', data: '', headers: { 'replay-nonce': nonce } };
  }

  /** To be told of every answer but a rejected nonce: acme-client goes on with what that one bears. */
  note({ url, method }: Config, answer: Answer): void {
    if (url === this.directoryUrl && answer.status === 200) this.directory = { ...answer };
    const nonce: unknown = answer.headers['replay-nonce'];
    if (method === 'post' && typeof nonce === 'string') this.nonces.push(nonce);
  }
}
