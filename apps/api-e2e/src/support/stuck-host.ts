import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { generateSshKey } from '@lockstep/server-testing';
import ssh2, { type Connection, type ServerChannel, type SFTPWrapper } from 'ssh2';

/** Where a host stops answering: after the TCP connection, at the login, in a command, or in SFTP. */
export type StuckAt = 'host_key' | 'authenticate' | 'probe' | 'sftp';

/** A real SSH server (ssh2's) that hangs at one stage until it is released; from then on it works, also as a jump host. */
export class StuckHost {
  private readonly sockets = new Set<Socket>();
  private readonly ssh: ssh2.Server;
  private readonly door: Server;
  /** Logins that were tried since the start. */
  logins = 0;

  constructor(
    private stuckAt: StuckAt | undefined,
    readonly fingerprint: string,
    privateKey: string,
  ) {
    this.ssh = new ssh2.Server({ hostKeys: [privateKey] }, (client) => this.serve(client));
    this.door = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.sockets.delete(socket));
      if (this.stuckAt === 'host_key') socket.resume();
      else this.ssh.injectSocket(socket);
    });
  }

  get port(): number {
    const address = this.door.address();
    if (address === null || typeof address === 'string') throw new Error('This host is not listening.');
    return address.port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.sockets.size;
  }

  /** New connections are served whole; those that hang go on hanging. */
  release(): void {
    this.stuckAt = undefined;
  }

  async listen(): Promise<this> {
    this.door.listen(0, '127.0.0.1');
    await once(this.door, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.door.close();
    await once(this.door, 'close');
  }

  private serve(client: Connection): void {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method === 'none') {
        context.reject(['password']);
        return;
      }
      this.logins += 1;
      if (this.stuckAt !== 'authenticate') context.accept();
    });
    client.on('tcpip', (accept, _reject, { destIP, destPort }) => {
      const channel = accept();
      const onward = connect(destPort, destIP);
      onward.on('error', () => channel.end());
      channel.on('error', () => undefined);
      channel.pipe(onward).pipe(channel);
    });
    client.on('session', (accept) => {
      const session = accept();
      session.on('exec', (acceptExec) => this.execute(acceptExec()));
      session.on('sftp', (acceptSftp) => this.serveFiles(acceptSftp()));
    });
  }

  private execute(channel: ServerChannel): void {
    channel.on('error', () => undefined);
    channel.resume();
    if (this.stuckAt === 'probe') return;
    channel.write('lockstep:user=tester\nlockstep:kernel=Linux 6\nlockstep:os=Test\nlockstep:done=yes\n');
    channel.exit(0);
    channel.end();
  }

  private serveFiles(sftp: SFTPWrapper): void {
    sftp.on('error', () => undefined);
    if (this.stuckAt === 'sftp') {
      // Without a listener ssh2 itself would answer that it knows no such request.
      sftp.on('REALPATH', () => undefined);
      return;
    }
    const { STATUS_CODE } = ssh2.utils.sftp;
    sftp.on('REALPATH', (id) =>
      sftp.name(id, [{ filename: '/home/tester', longname: '/home/tester', attrs: {} as never }]),
    );
    sftp.on('OPEN', (id) => sftp.handle(id, Buffer.from('file')));
    sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK));
    sftp.on('REMOVE', (id) => sftp.status(id, STATUS_CODE.OK));
  }
}

/** Starts a host on loopback. Without a stage it works from the start. */
export async function startStuckHost(stuckAt?: StuckAt): Promise<StuckHost> {
  const key = await generateSshKey();
  return new StuckHost(stuckAt, key.fingerprint, key.privateKey).listen();
}
