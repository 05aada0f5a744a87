import { connect } from 'node:tls';
import { tlsSite } from './tls-host.js';

const betweenMs = 100;

/** Shakes hands every 100 ms, as clients would, and writes down what it saw: a leaf's fingerprint, or an error. */
export class TlsProbe {
  readonly seen: string[] = [];
  private readonly timer: NodeJS.Timeout;
  private pending: Promise<unknown> = Promise.resolve();

  constructor(private readonly port: number) {
    this.timer = setInterval(() => {
      this.pending = Promise.all([this.pending, this.look()]);
    }, betweenMs);
  }

  /** What is served now under a name. */
  static look(port: number, servername: string = tlsSite.name): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? 'no certificate');
        socket.destroy();
      });
      socket.once('error', (error) => resolve(`error: ${error.message}`));
    });
  }

  /** The different things it saw, in the order of their first appearance. */
  async stop(): Promise<string[]> {
    clearInterval(this.timer);
    await this.pending;
    return [...new Set(this.seen)];
  }

  private async look(): Promise<void> {
    this.seen.push(await TlsProbe.look(this.port));
  }
}
