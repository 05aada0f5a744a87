import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Server as NetServer, type Socket, createServer } from 'node:net';
import ssh2, { type AuthContext, type Connection, type Server, type Session } from 'ssh2';
import type { DemoAnswers } from './demo-answers.js';
import type { DemoIdentity } from './demo-identities.js';
import { type DemoPlan, demoUser } from './demo-plans.js';
import { answerCommand } from './demo-shell.js';
import { serveSftp } from './demo-sftp.js';

/** A simulated SSH host on loopback. */
export class DemoHost {
  private readonly sockets = new Set<Socket>();
  private readonly ssh: Server;
  private listener: NetServer | undefined;

  constructor(
    private readonly plan: DemoPlan,
    private readonly identity: DemoIdentity,
    private readonly answers: DemoAnswers,
  ) {
    const options = {
      hostKeys: [identity.hostKey],
      ident: 'LockstepDemo',
      banner: 'A demo host of Lockstep: simulated.\r\n',
    };
    this.ssh = new ssh2.Server(options, (connection) => this.welcome(connection));
  }

  /** Listens on the port it had before, or on another where that is taken. Answers the port. */
  async start(): Promise<number> {
    const port = await this.listen(this.identity.port).catch(() => this.listen(0));
    this.identity.port = port;
    return port;
  }

  async stop(): Promise<void> {
    const { listener } = this;
    if (!listener) return;
    for (const socket of this.sockets) socket.destroy();
    listener.close();
    await once(listener, 'close');
  }

  private async listen(port: number): Promise<number> {
    const listener = createServer((socket) => this.take(socket));
    listener.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    this.listener = listener;
    return (listener.address() as AddressInfo).port;
  }

  private take(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
    socket.setNoDelay(true);
    // Paused until then, so that nothing the client says is lost.
    socket.pause();
    setTimeout(() => {
      if (!socket.destroyed) this.ssh.injectSocket(socket);
    }, this.plan.pace.greeting);
  }

  private welcome(connection: Connection): void {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      setTimeout(() => this.judge(context), context.method === 'none' ? 0 : this.plan.pace.login);
    });
    connection.on('session', (accept) => this.serve(accept()));
  }

  private judge(context: AuthContext): void {
    const right =
      context.method === 'password' && context.username === demoUser && same(context.password, this.identity.password);
    if (right) context.accept();
    else context.reject(['password']);
  }

  private serve(session: Session): void {
    const { plan, answers } = this;
    session.on('exec', (accept, _reject, { command }) => {
      void answerCommand(accept(), command, { plan, answers });
    });
    session.on('pty', (accept) => {
      // Absent where the client wants no answer.
      (accept as (() => void) | undefined)?.();
    });
    session.on('shell', (accept, reject) => {
      const shell = answers.shellOf(plan.platform);
      if (shell) void shell(accept(), plan);
      else reject();
    });
    session.on('sftp', (accept, reject) => {
      if (plan.platform === 'systemd' && plan.fault !== 'no_sftp') serveSftp(accept(), plan);
      else reject();
    });
  }
}

/** Compares without telling by its time where two texts differ. */
function same(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
