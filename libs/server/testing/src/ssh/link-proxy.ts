import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Between Lockstep and a host's sshd, to cut them apart and to fall silent without a sign, as networks do. */
export class LinkProxy {
  private readonly lines = new Set<readonly [client: Socket, server: Socket]>();
  private door: Server | undefined;
  port = 0;

  private constructor(private readonly target: number) {}

  static async start(target: number): Promise<LinkProxy> {
    const proxy = new LinkProxy(target);
    await proxy.join();
    return proxy;
  }

  /** Refuses connections and ends those that are there. */
  async cut(): Promise<void> {
    const { door } = this;
    this.door = undefined;
    for (const line of this.lines) for (const socket of line) socket.destroy();
    const closed = door && once(door, 'close');
    door?.close();
    await closed;
  }

  /** Accepts connections, again after `cut` on the same port. */
  async join(): Promise<void> {
    const door = createServer((client) => this.accept(client));
    await once(door.listen(this.port, '127.0.0.1'), 'listening');
    this.port = (door.address() as { port: number }).port;
    this.door = door;
  }

  /** Connections that are there carry nothing from now on, and stay open. Later ones work. */
  silence(): void {
    for (const [client, server] of this.lines) {
      client.unpipe(server).resume();
      server.unpipe(client).resume();
    }
  }

  stop(): Promise<void> {
    return this.cut();
  }

  private accept(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    const line = [client, server] as const;
    this.lines.add(line);
    for (const socket of line) {
      socket.setNoDelay(true).on('error', () => undefined);
      socket.once('close', () => {
        for (const each of line) each.destroy();
        this.lines.delete(line);
      });
    }
    client.pipe(server);
    server.pipe(client);
  }
}
