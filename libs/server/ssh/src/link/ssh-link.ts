import type { Duplex } from 'node:stream';
import ssh2, { type AuthHandlerMiddleware, type Client, type ServerHostKeyAlgorithm } from 'ssh2';
import type { SshError } from '../ssh-error.js';
import { type LinkStage, linkFailure } from './link-failure.js';

export interface LinkOptions {
  /** A connected socket, or a channel through a jump host. */
  readonly transport: Duplex;
  readonly username: string;
  readonly hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[];
  readonly authHandler: AuthHandlerMiddleware;
  /** Called with the host's key at the first exchange and at every later one; false ends the link. */
  readonly takeHostKey: (key: Buffer) => boolean;
}

const keepaliveIntervalMs = 2_000;
const keepaliveMisses = 3;
/** How long a polite close may take, in milliseconds, before the socket is torn down. */
const politeCloseMs = 500;
const maximumGreeting = 4_096;

/** One ssh2 client on one transport. Hears its errors for its whole life, and knows how to really close it. */
export class SshLink {
  readonly client: Client = new ssh2.Client();
  readonly #transport: Duplex;
  readonly #listeners = new Set<(failure: SshError) => void>();
  #stage: LinkStage = 'identification';
  #greeting = '';
  #failure: SshError | undefined;
  #serverSoftware = '';

  constructor(options: LinkOptions) {
    this.#transport = options.transport;
    this.client.on('error', (error) => this.#fail(error));
    this.client.on('close', () => this.#fail(undefined));
    options.transport.once('close', () => this.#fail(undefined));
    this.client.connect({
      sock: options.transport,
      username: options.username,
      ident: 'Lockstep',
      readyTimeout: 0,
      keepaliveInterval: keepaliveIntervalMs,
      keepaliveCountMax: keepaliveMisses,
      algorithms: { serverHostKey: [...options.hostKeyAlgorithms] },
      hostVerifier: (key: Buffer) => options.takeHostKey(key),
      authHandler: options.authHandler,
    });
    // After connect(), which pauses the transport: an earlier listener would start the flow before ssh2 listens.
    options.transport.on('data', this.#readGreeting);
  }

  /** The server's software version (RFC 4253 §4.2), for example OpenSSH_9.2p1; empty before its identification. */
  get serverSoftware(): string {
    return this.#serverSoftware;
  }

  get failure(): SshError | undefined {
    return this.#failure;
  }

  enter(stage: LinkStage): void {
    this.#stage = stage;
  }

  /** Settles like `begin`, or rejects as soon as the link breaks. */
  guard<Value>(begin: () => Promise<Value>): Promise<Value> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise<Value>((resolve, reject) => {
      this.#listeners.add(reject);
      void begin()
        .then(resolve, reject)
        .finally(() => this.#listeners.delete(reject));
    });
  }

  /** Calls `listener` once, when the link breaks or is closed. Answers the function that takes this back. */
  onLost(listener: (failure: SshError) => void): () => void {
    if (this.#failure) listener(this.#failure);
    else this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tears the socket down at once. */
  destroy(): void {
    this.client.destroy();
    this.#transport.destroy();
  }

  /** Says goodbye (SSH_MSG_DISCONNECT), then closes; a host that does not answer is not waited for. */
  close(): Promise<void> {
    if (this.#transport.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.destroy(), politeCloseMs);
      this.#transport.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      this.client.end();
    });
  }

  readonly #readGreeting = (chunk: Buffer): void => {
    this.#greeting += chunk.toString('latin1').slice(0, maximumGreeting - this.#greeting.length);
    const identification = /^SSH-[^-\r\n]+-([^\r\n]*)\r?\n/m.exec(this.#greeting);
    if (identification === null && this.#greeting.length < maximumGreeting) return;
    this.#transport.off('data', this.#readGreeting);
    if (identification === null) return;
    this.#serverSoftware = (identification[1] ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 200);
    if (this.#stage === 'identification') this.#stage = 'key_exchange';
  };

  #fail(error: Error | undefined): void {
    if (this.#failure) return;
    this.#failure = linkFailure({ stage: this.#stage, error, greeting: this.#greeting });
    for (const listener of this.#listeners) listener(this.#failure);
    this.#listeners.clear();
    this.destroy();
  }
}
