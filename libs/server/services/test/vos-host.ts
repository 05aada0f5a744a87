import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
import { generateSshKey } from '@lockstep/server-testing';
import { type VosPlay, playVosConsole } from '../src/demo/vos/vos-play.js';

export interface VosHostOptions {
  readonly play: VosPlay;
  /** How it asks for the password; both unless told. */
  readonly methods?: readonly ('password' | 'keyboard-interactive')[];
}

/** A host on loopback that plays a console of Cisco VOS over real SSH, with the faults that no real one can be brought to. */
export class VosHost {
  readonly username = 'administrator';
  readonly password = `a&b<c>d"e'f/gä h`;
  /** Every password that arrived, to the byte. */
  readonly passwords: string[] = [];
  /** How many consoles were opened. */
  consoles = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly port: number,
    readonly fingerprint: string,
    private readonly options: VosHostOptions,
    private readonly close: () => void,
  ) {}

  static async start(options: VosHostOptions): Promise<VosHost> {
    const { privateKey, fingerprint } = await generateSshKey();
    const listener = createServer((socket) => {
      const server = new ssh2.Server({ hostKeys: [privateKey] }, (connection) => host.welcome(connection));
      host.take(socket);
      server.injectSocket(socket);
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const host: VosHost = new VosHost(port, fingerprint, options, () => listener.close());
    return host;
  }

  /** Says goodbye to everyone (FIN). */
  readonly fin = (): void => this.each((socket) => socket.end());
  /** Resets every connection (RST). */
  readonly reset = (): void => this.each((socket) => socket.resetAndDestroy());
  /** From now on nothing is read, so nothing is answered; the connections stay. */
  readonly freeze = (): void => this.each((socket) => socket.pause());

  stop(): void {
    this.close();
    this.each((socket) => socket.destroy());
  }

  private each(act: (socket: Socket) => void): void {
    for (const socket of this.sockets) act(socket);
  }

  private take(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }

  private welcome(connection: Connection): void {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => this.judge(context));
    connection.on('session', (accept) => {
      const session = accept();
      session.on('pty', (acceptPty) => acceptPty());
      session.on('shell', (acceptShell) => {
        this.consoles += 1;
        void playVosConsole(acceptShell(), this.options.play);
      });
    });
  }

  private judge(context: AuthContext): void {
    const methods = [...(this.options.methods ?? (['password', 'keyboard-interactive'] as const))];
    const decide = (password: string): void => {
      this.passwords.push(password);
      if (password === this.password) context.accept();
      else context.reject(methods);
    };
    if (context.method === 'password' && methods.includes('password')) decide(context.password);
    else if (context.method === 'keyboard-interactive' && methods.includes('keyboard-interactive'))
      context.prompt([{ prompt: 'Password: ', echo: false }], ([password = '']) => decide(password));
    else context.reject(methods);
  }
}
