import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

interface Line {
  readonly client: Socket;
  readonly server: Socket;
  name: string;
}

/** Between a server and its Postgres, to cut them apart and to fall silent without a sign, as networks do. */
export class PostgresProxy {
  private readonly lines = new Set<Line>();
  private door: Server | undefined;
  port = 0;

  private constructor(private readonly socketPath: string) {}

  /** @param url an address with a Unix socket's folder in `?host=` */
  static async start(url: string): Promise<PostgresProxy> {
    const directory = new URL(url.replace('@/', '@localhost/')).searchParams.get('host') ?? '';
    const proxy = new PostgresProxy(`${directory}/.s.PGSQL.5432`);
    await proxy.join();
    return proxy;
  }

  /** By name, as people write it: Node then tries each address of the name. */
  get url(): string {
    return `postgres://postgres@localhost:${String(this.port)}/postgres`;
  }

  /** Refuses connections and ends those that are there. */
  async cut(): Promise<void> {
    const { door } = this;
    this.door = undefined;
    door?.close();
    for (const { client, server } of this.lines) {
      client.destroy();
      server.destroy();
    }
    if (door?.listening) await once(door, 'close');
  }

  /** Accepts connections, again after `cut` on the same port. */
  async join(): Promise<void> {
    const door = createServer((client) => this.accept(client));
    door.listen(this.port, '127.0.0.1');
    await once(door, 'listening');
    const address = door.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
    this.port = address.port;
    this.door = door;
  }

  /** Lines whose client gave this application name carry nothing from now on, and stay open. @returns how many */
  silence(applicationName: string): number {
    const silenced = [...this.lines].filter(({ name }) => name === applicationName);
    for (const { client, server } of silenced) {
      client.unpipe(server);
      server.unpipe(client);
      server.resume();
      client.resume();
    }
    return silenced.length;
  }

  stop(): Promise<void> {
    return this.cut();
  }

  private accept(client: Socket): void {
    const server = connect(this.socketPath);
    const line: Line = { client, server, name: '' };
    this.lines.add(line);
    client.once('data', (packet: Buffer) => (line.name = applicationNameOf(packet)));
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.once('close', () => {
        other.destroy();
        this.lines.delete(line);
      });
    }
    client.pipe(server);
    server.pipe(client);
  }
}

/** From the start-up packet: names and values, each ended by a zero byte (Postgres' manual, «Message Formats»). */
function applicationNameOf(packet: Buffer): string {
  const fields = packet.subarray(8).toString().split('\0');
  const at = fields.indexOf('application_name');
  return at < 0 ? '' : (fields[at + 1] ?? '');
}
