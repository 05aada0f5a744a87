import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../process/free-port.js';
import { signalTree } from '../process/process-tree.js';
import { runsAsRoot } from '../process/run.js';
import { waitUntil } from '../process/wait-until.js';
import { generateSshKey, type SshKeyOptions } from './ssh-key.js';
import { createSshUser, type SshUser, type SshUserOptions } from './ssh-user.js';

const programs = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'];

/** How the private sshd is set up. */
export interface SshdOptions extends SshUserOptions {
  /** Who may log in; several daemons may share one. Without it the daemon makes its own user and removes them again. */
  user?: SshUser;
  /** A free port is chosen when none is given. */
  port?: number;
  /** A loopback address. */
  address?: string;
  hostKeyType?: SshKeyOptions['type'];
  /** Lines for the configuration; sshd takes the first of two for the same keyword, and these come first. */
  config?: string[];
}

/** A real OpenSSH daemon on loopback with configuration, host key and log of its own. */
export class Sshd {
  hostKeyFingerprint = '';
  private daemon: ChildProcess | undefined;

  constructor(
    readonly user: SshUser,
    readonly address: string,
    readonly port: number,
    private readonly setUp: { directory: string; program: string; options: SshdOptions },
  ) {}

  get username(): string {
    return this.user.username;
  }

  /** Everything the daemon has logged, at level VERBOSE. */
  log(): Promise<string> {
    return readFile(this.path('log'), 'utf8').catch(() => '');
  }

  /** How often somebody tried to log in with a password or a key, whether it succeeded or not. */
  async loginAttempts(): Promise<number> {
    const attempts = /^(Accepted|Failed) (password|publickey|keyboard-interactive\S*) for /gm;
    return ((await this.log()).match(attempts) ?? []).length;
  }

  /** How many connections have arrived. */
  async connections(): Promise<number> {
    return ((await this.log()).match(/^Connection from /gm) ?? []).length;
  }

  /** Stops the daemon and all its sessions where they are (SIGSTOP); connections stay open and nothing answers. */
  async freeze(): Promise<void> {
    await signalTree(this.processId, 'SIGSTOP');
  }

  /** Lets everything go on after `freeze`. */
  async thaw(): Promise<void> {
    await signalTree(this.processId, 'SIGCONT');
  }

  /** Shows another host key from now on, as a reinstalled or an impersonated host would. */
  async changeHostKey(): Promise<void> {
    await this.end();
    await this.writeHostKey();
    await this.begin();
  }

  /** Ends the daemon and its sessions and removes its files, and its user where it made them. */
  async stop(): Promise<void> {
    await this.end();
    if (this.user !== this.setUp.options.user) await this.user.remove();
    await rm(this.setUp.directory, { recursive: true, force: true });
  }

  /** Writes key and configuration and starts; for `startSshd`. */
  async start(): Promise<this> {
    await this.writeHostKey();
    await writeFile(this.path('config'), this.configuration());
    await this.begin();
    return this;
  }

  private async begin(): Promise<void> {
    const parameters = ['-D', '-E', this.path('log'), '-f', this.path('config')];
    const daemon = spawn(this.setUp.program, parameters, { stdio: 'ignore' });
    // A test that fails to stop it must not keep the whole run from ending.
    daemon.unref();
    this.daemon = daemon;
    await waitUntil(`sshd on port ${this.port} answers`, async () => {
      if (daemon.exitCode !== null) throw new Error(`sshd did not start: ${await this.log()}`);
      return (await this.banner()) || undefined;
    });
  }

  private async end(): Promise<void> {
    const daemon = this.daemon;
    this.daemon = undefined;
    if (!daemon?.pid || daemon.exitCode !== null) return;
    daemon.ref();
    await signalTree(daemon.pid, 'SIGKILL');
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
  }

  private get processId(): number {
    if (!this.daemon?.pid) throw new Error('This sshd is not running.');
    return this.daemon.pid;
  }

  private path(name: string): string {
    return join(this.setUp.directory, name);
  }

  private async writeHostKey(): Promise<void> {
    const key = await generateSshKey({ type: this.setUp.options.hostKeyType });
    this.hostKeyFingerprint = key.fingerprint;
    await writeFile(this.path('host_key'), key.privateKey, { mode: 0o600 });
  }

  private configuration(): string {
    return [
      ...(this.setUp.options.config ?? []),
      `Port ${this.port}`,
      `ListenAddress ${this.address}`,
      `HostKey ${this.path('host_key')}`,
      `PidFile ${this.path('pid')}`,
      `AuthorizedKeysFile ${join(this.user.directory, 'authorized_keys')}`,
      'StrictModes no', // The files are below the temporary folder, which everybody may write to.
      'UsePAM no',
      'PasswordAuthentication yes',
      'KbdInteractiveAuthentication no',
      'LogLevel VERBOSE',
      'MaxStartups 500',
      'UseDNS no',
      'PrintMotd no',
      'PrintLastLog no',
      'Subsystem sftp internal-sftp',
    ]
      .map((line) => `${line}\n`)
      .join('');
  }

  private banner(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, this.address);
      const settle = (answered: boolean) => {
        socket.destroy();
        resolve(answered);
      };
      socket.setTimeout(1_000, () => settle(false));
      socket.once('data', (data) => settle(data.toString().startsWith('SSH-2.0-')));
      socket.once('error', () => settle(false));
      socket.once('close', () => settle(false));
    });
  }
}

/**
 * Starts a real, private OpenSSH daemon on loopback. As root it logs in a throwaway user by key and by password; without
 * root the current user by key.
 */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const program = await findProgram();
  // sshd confines its pre-login process to this folder, which the package's own service would make.
  if (runsAsRoot) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-sshd-'));
  await chmod(directory, 0o755);
  const user = options.user ?? (await createSshUser(options));
  const port = options.port ?? (await freePort());
  const sshd = new Sshd(user, options.address ?? '127.0.0.1', port, { directory, program, options });
  return sshd.start().catch(async (error: unknown) => {
    await sshd.stop();
    throw error;
  });
}

async function findProgram(): Promise<string> {
  for (const program of programs) {
    const found = await access(program).then(
      () => true,
      () => false,
    );
    if (found) return program;
  }
  throw new Error('OpenSSH\'s server is not installed. On Debian: "apt-get install openssh-server".');
}
