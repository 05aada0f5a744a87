import type { OperationUpdate } from '@lockstep/contract';
import { type Socket, io } from 'socket.io-client';

const patienceMs = 10_000;

/** Clients that follow connection 1 of a server, each on a socket of its own, and note when an update arrives. */
export class Audience {
  private waiting: { position: number; arrivals: bigint[]; done: (arrivals: bigint[]) => void } | undefined;
  /** The newest update that arrived. */
  latest: OperationUpdate | undefined;

  private constructor(private readonly sockets: readonly Socket[]) {}

  /** Connects and subscribes `size` sockets. */
  static async gather(url: string, options: { size: number; connectionId: number; token?: string }): Promise<Audience> {
    const connect = (): Socket =>
      io(url, { transports: ['websocket'], forceNew: true, auth: { token: options.token } });
    const audience = new Audience(Array.from({ length: options.size }, connect));
    await Promise.all(audience.sockets.map((socket) => audience.join(socket, options.connectionId)));
    return audience;
  }

  /** Sends and waits until every socket has that position. @returns milliseconds from sending to each arrival */
  async time(position: number, send: () => Promise<bigint>): Promise<number[]> {
    const arrived = this.expect(position);
    const sentAt = await send();
    return (await arrived).map((at) => Number(at - sentAt) / 1e6);
  }

  leave(): void {
    for (const socket of this.sockets) socket.disconnect();
  }

  private async join(socket: Socket, connectionId: number): Promise<void> {
    socket.on('operation:update', (update: OperationUpdate) => this.note(update));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    const answer = (await socket.timeout(patienceMs).emitWithAck('subscribe:connection', connectionId)) as {
      ok: boolean;
    };
    if (!answer.ok) throw new Error(`A socket could not subscribe: ${JSON.stringify(answer)}`);
  }

  private expect(position: number): Promise<bigint[]> {
    return new Promise((resolve, reject) => {
      const late = (): void =>
        reject(new Error(`Position ${String(position)} did not reach everybody within ${String(patienceMs)} ms.`));
      const timer = setTimeout(late, patienceMs);
      const done = (arrivals: bigint[]): void => {
        clearTimeout(timer);
        resolve(arrivals);
      };
      this.waiting = { position, arrivals: [], done };
    });
  }

  private note(update: OperationUpdate): void {
    const at = process.hrtime.bigint();
    this.latest = update;
    if (this.waiting?.position !== update.position) return;
    this.waiting.arrivals.push(at);
    if (this.waiting.arrivals.length === this.sockets.length) this.waiting.done(this.waiting.arrivals);
  }
}
