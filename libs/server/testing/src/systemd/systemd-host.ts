import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../process/free-port.js';
import { processTree, signalTree } from '../process/process-tree.js';
import { run } from '../process/run.js';
import { waitUntil } from '../process/wait-until.js';
import { generateSshKey, type SshKeyPair } from '../ssh/ssh-key.js';
import { ensureBaseSystem } from './base-system.js';
import { inOwnGroups, removeGroups } from './control-groups.js';

const username = 'lockstep';
const bootDeadlineMilliseconds = 60_000;
const shutdownDeadlineMilliseconds = 10_000;

/** What a systemd host is like. */
export interface SystemdHostOptions {
  /** A free port is chosen when none is given. */
  port?: number;
  /** Lines for `/etc/sudoers.d`, with `lockstep` as the user: exactly those that Lockstep asks an administrator for. */
  sudoers?: string[];
  /** Files to be there at boot, by absolute path: units, nginx sites. */
  files?: Record<string, string>;
}

/** A whole Debian with systemd as its first process and OpenSSH on a loopback port. It shares the machine's network. */
export class SystemdHost {
  readonly username = username;

  constructor(
    readonly name: string,
    readonly port: number,
    readonly user: SshKeyPair & { password: string },
    readonly hostKeyFingerprint: string,
    private readonly files: { directory: string; root: string },
    private container: ChildProcess,
  ) {}

  /** Runs a shell command inside, as root. @throws with its own words when it fails */
  async execute(command: string): Promise<string> {
    const [, init] = await processTree(this.processId);
    const inside = ['--target', String(init), '--mount', '--uts', '--ipc', '--pid'];
    return run(['nsenter', ...inside, '--', '/bin/sh', '-c', command]);
  }

  /** Stops everything inside where it is (SIGSTOP). */
  async freeze(): Promise<void> {
    await signalTree(this.processId, 'SIGSTOP');
  }

  /** Lets everything go on after `freeze`. */
  async thaw(): Promise<void> {
    await signalTree(this.processId, 'SIGCONT');
  }

  /** Ends everything inside at once, as when somebody pulls the plug. What is on its disk stays. */
  async cutPower(): Promise<void> {
    const exit = once(this.container, 'exit');
    await signalTree(this.processId, 'SIGKILL');
    await exit;
  }

  /** Boots it again after `cutPower`. */
  async powerOn(): Promise<void> {
    this.container = await boot(this.name, this.files.root, this.port);
  }

  /** Shuts it down in order, or by force when that takes more than 10 s, and removes it. */
  async stop(): Promise<void> {
    await endContainer(this.container);
    await removeGroups(groupsOf(this.name));
    await removeFiles(this.files);
  }

  private get processId(): number {
    if (!this.container.pid) throw new Error('This host is not running.');
    return this.container.pid;
  }
}

/** Boots a host (about a second once the base system is cached). Needs root on Debian: ask `whyNoSystemdHosts` first. */
export async function startSystemdHost(options: SystemdHostOptions = {}): Promise<SystemdHost> {
  const base = await ensureBaseSystem();
  const name = `host-${randomBytes(4).toString('hex')}`;
  const files = await mountOver(base);
  try {
    const port = options.port ?? (await freePort());
    const user = { ...(await generateSshKey()), password: randomBytes(12).toString('base64url') };
    const hostKey = await generateSshKey();
    await writeHost(files.root, { name, port, user, hostKey, options });
    const container = await boot(name, files.root, port);
    return new SystemdHost(name, port, user, hostKey.fingerprint, files, container);
  } catch (error) {
    await removeFiles(files);
    throw error;
  }
}

async function boot(name: string, root: string, port: number): Promise<ChildProcess> {
  const nspawn = ['systemd-nspawn', '--register=no', '--keep-unit', '-q', `--machine=${name}`, '-D', root, '-b'];
  // In a session of its own: Ctrl+C on the tests must not reach the host's own first process.
  const container = spawn('/bin/sh', ['-c', inOwnGroups, groupsOf(name), ...nspawn], {
    stdio: 'ignore',
    detached: true,
  });
  try {
    await waitUntil(`${name} answers on port ${port}`, () => answers(port, container), bootDeadlineMilliseconds);
    return container;
  } catch (error) {
    await endContainer(container);
    await removeGroups(groupsOf(name));
    throw error;
  }
}

const groupsOf = (name: string): string => `lockstep-${name}`;

async function mountOver(base: string) {
  const directory = await mkdtemp('/var/tmp/lockstep-host-');
  const [upper, work, root] = [join(directory, 'upper'), join(directory, 'work'), join(directory, 'root')];
  for (const path of [upper, work, root]) await mkdir(path, { mode: 0o755 });
  await run(['mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=${base},upperdir=${upper},workdir=${work}`, root]);
  return { directory, root };
}

interface HostFacts {
  name: string;
  port: number;
  user: SshKeyPair & { password: string };
  hostKey: SshKeyPair;
  options: SystemdHostOptions;
}

async function writeHost(root: string, { name, port, user, hostKey, options }: HostFacts): Promise<void> {
  const sshd = ['Port ' + port, 'ListenAddress 127.0.0.1', 'HostKey /etc/ssh/lockstep_host_key', 'UseDNS no'];
  const files: Record<string, string> = {
    '/etc/hostname': `${name}\n`,
    '/etc/hosts': `127.0.0.1 localhost ${name}\n`,
    '/etc/machine-id': '',
    '/etc/ssh/sshd_config.d/lockstep.conf': `${sshd.join('\n')}\n`,
    '/etc/sudoers.d/lockstep': (options.sudoers ?? []).map((line) => `${line}\n`).join(''),
    ...options.files,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await writeFile(join(root, 'etc/ssh/lockstep_host_key'), hostKey.privateKey, { mode: 0o600 });
  await run(['chroot', root, 'useradd', '--create-home', '--shell', '/bin/sh', '--password', '*', username]);
  await run(['chroot', root, 'chpasswd', '--crypt-method', 'SHA512'], `${username}:${user.password}\n`);
  const keys = `umask 077; mkdir ~${username}/.ssh && cat > ~${username}/.ssh/authorized_keys && chown -R ${username}: ~${username}/.ssh`;
  await run(['chroot', root, '/bin/sh', '-c', keys], `${user.publicKey}\n`);
}

function answers(port: number, container: ChildProcess): Promise<true | undefined> {
  if (container.exitCode !== null) throw new Error('systemd-nspawn ended while booting.');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('data', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => undefined);
    socket.once('close', () => resolve(undefined));
  });
}

async function endContainer(container: ChildProcess): Promise<void> {
  const processId = container.pid;
  if (processId === undefined || container.exitCode !== null || container.signalCode !== null) return;
  const exit = once(container, 'exit');
  await signalTree(processId, 'SIGCONT');
  container.kill('SIGTERM');
  const impatience = setTimeout(() => void signalTree(processId, 'SIGKILL'), shutdownDeadlineMilliseconds);
  await exit;
  clearTimeout(impatience);
}

async function removeFiles({ directory, root }: { directory: string; root: string }): Promise<void> {
  await run(['umount', '--lazy', root]);
  await rm(directory, { recursive: true, force: true });
}
