import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCluster } from './cluster.js';
import { placeCluster, type Cluster } from './placement.js';
import { Presence } from './presence.js';
import { bringUp, shutDown } from './server-process.js';

const pauseMilliseconds = 500;
const joinAttempts = 20;

/** How to start the embedded Postgres. */
export interface EmbeddedPostgresOptions {
  /** Holds the database. Made when missing; when Postgres' user cannot reach it, its file `location` says where the data is. */
  dataDirectory: string;
  /** Further Postgres settings, over ours. */
  settings?: Record<string, string>;
  /** Further variables of the server's environment, which has nothing of ours. */
  environment?: Record<string, string>;
  /** Told in one sentence when the server was lost and when it is back. */
  onNotice?: (message: string) => void;
}

/** A running server of this process. */
export interface EmbeddedPostgres {
  /** Superuser address over the Unix socket. The same after the server was lost and started again. */
  url: string;
  /** Whether the server ran already: left by a process that was killed, or shared with another one. */
  reused: boolean;
  /** Stops the server, unless another process uses it too. Call it last, after every pool is closed. */
  stop(): Promise<void>;
  /** Ends this process' use and leaves the server running, for whoever finds it next. */
  leave(): Promise<void>;
}

/**
 * Starts the Postgres that comes with Lockstep, or finds it running, and keeps it running until `stop`.
 *
 * @throws EmbeddedPostgresError with a sentence for the person who starts Lockstep
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { settings = {}, environment = {} } = options;
  const cluster = await placeCluster(options.dataDirectory, { settings, environment });
  await ensureCluster(cluster);
  return new SupervisedServer(cluster, options.onNotice ?? (() => undefined)).start();
}

class SupervisedServer {
  private presence: Presence | undefined;
  private revival: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly notice: (message: string) => void,
  ) {}

  async start(): Promise<EmbeddedPostgres> {
    const { url, reused } = await this.join();
    return { url, reused, stop: () => this.end(true), leave: () => this.end(false) };
  }

  private async join(): Promise<{ url: string; reused: boolean }> {
    for (let attempt = 1; ; attempt += 1) {
      const server = await bringUp(this.cluster);
      try {
        this.presence = await Presence.hold(server.url, () => {
          this.revival = this.revive();
        });
        return server;
      } catch (error) {
        if (this.stopping || attempt === joinAttempts) throw error;
        // Its last process was just stopping it, or all connections are taken for a moment.
        await sleep(pauseMilliseconds);
      }
    }
  }

  private async revive(): Promise<void> {
    this.notice('The embedded Postgres has ended unexpectedly; it is started again.');
    while (!this.stopping) {
      try {
        await this.join();
        this.notice('The embedded Postgres is back.');
        return;
      } catch (error) {
        this.notice(error instanceof Error ? error.message : String(error));
        await sleep(pauseMilliseconds);
      }
    }
  }

  private async end(stopServer: boolean): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    await this.revival;
    const last = await this.presence?.leave();
    if (last && stopServer) await shutDown(this.cluster);
    await this.presence?.close();
  }
}
