import { createHash, timingSafeEqual } from 'node:crypto';
import { type Socket, createServer } from 'node:net';
import ssh2, { type AuthContext, type Connection, type Server, type Session } from 'ssh2';
import type { DemoAnswers, DemoMachine } from './demo-answers.js';
import type { DemoIdentity } from './demo-identities.js';
import { demoUser } from './demo-plans.js';
import { answerCommand } from './demo-shell.js';
import { serveSftp } from './demo-sftp.js';
import { listenAgain } from './listen-again.js';

/** The SSH of a demo host, on loopback. */
export class DemoHost {
  private readonly sockets = new Set<Socket>();
  private readonly ssh: Server;
  private readonly listener = createServer((socket) => this.take(socket));

  constructor(
    private readonly machine: DemoMachine,
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

  /** Answers the port. */
  start(): Promise<number> {
    return listenAgain(this.listener, this.identity.port);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.listener.close(resolve));
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
    }, this.machine.plan.pace.greeting);
  }

  private welcome(connection: Connection): void {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      setTimeout(() => this.judge(context), context.method === 'none' ? 0 : this.machine.plan.pace.login);
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
    const { machine, answers } = this;
    const { plan } = machine;
    session.on('exec', (accept, _reject, { command }) => {
      void answerCommand(accept(), command, { machine, answers });
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
      if (plan.platform === 'systemd' && plan.fault !== 'no_sftp') serveSftp(accept(), machine);
      else reject();
    });
  }
}

/** Compares without telling by its time where two texts differ. */
function same(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
