import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/**
 * One LISTEN connection for the whole process. A notification is only a hint to look: whoever listens also looks
 * by a clock of its own, because a connection can die without a sign. It reconnects for ever, half a second apart.
 */
export class Notifications {
  private readonly emitter = new EventEmitter().setMaxListeners(50);
  private readonly channels = new Set<string>();
  private readonly closing = new AbortController();
  private client: pg.Client | undefined;
  private running: Promise<void> | undefined;
  private asked: Promise<unknown> = Promise.resolve();

  constructor(private readonly url: string) {}

  /** Calls `hear` with the payload of each notification on `channel`. */
  listen(channel: string, hear: (payload: string) => void): void {
    this.emitter.on(channel, hear);
    if (this.channels.has(channel)) return;
    this.channels.add(channel);
    if (this.client) this.ask(this.client, channel);
  }

  start(): void {
    this.running ??= this.keepConnected();
  }

  async stop(): Promise<void> {
    this.closing.abort();
    await this.client?.end().catch(() => undefined);
    await this.running;
  }

  /** One after the other, as a client takes them. One that fails ends the client, and the next listens to all channels again. */
  private ask(client: pg.Client, channel: string): void {
    this.asked = this.asked
      .then(() => client.query(`LISTEN ${pg.escapeIdentifier(channel)}`))
      .catch(() => client.end().catch(() => undefined));
  }

  private async keepConnected(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await this.listenUntilLost().catch(() => undefined);
      await pause(500, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }

  private async listenUntilLost(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'lockstep listen',
      keepAlive: true,
      // A server that accepts and says nothing would otherwise keep us here for ever, and `stop` with us.
      connectionTimeoutMillis: 5_000,
    });
    const lost = new Promise<void>((resolve) => {
      client.once('end', resolve);
      client.once('error', () => resolve());
    });
    client.on('error', () => undefined);
    client.on('notification', ({ channel, payload }) => this.emitter.emit(channel, payload ?? ''));
    await client.connect();
    this.client = client;
    // Stopped while connecting: nobody else would end this client.
    if (this.closing.signal.aborted) return client.end();
    for (const channel of this.channels) this.ask(client, channel);
    await lost;
    this.client = undefined;
    await client.end().catch(() => undefined);
  }
}
