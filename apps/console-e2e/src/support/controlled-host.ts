import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sshd, startSshd } from '@lockstep/server-testing';

/** Where a host can be made to wait: before it runs a command, or before it serves files. */
export type Hold = 'command' | 'sftp';

/**
 * Runs instead of every command (sshd's ForceCommand): prints the words on the error stream, waits while the file of a
 * hold is there, then does what was asked for.
 */
const gateScript = `
hold() { while [ -e "$1/hold-$2" ]; do sleep 0.05; done; }
case "$SSH_ORIGINAL_COMMAND" in
  internal-sftp) hold "$1" sftp; exec /usr/lib/openssh/sftp-server ;;
esac
if [ -e "$1/words" ]; then cat "$1/words" >&2; fi
hold "$1" command
exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"
`;

/** A real sshd whose pace a test controls. */
export class ControlledHost {
  constructor(
    readonly sshd: Sshd,
    private readonly directory: string,
  ) {}

  get port(): number {
    return this.sshd.port;
  }

  get username(): string {
    return this.sshd.username;
  }

  get privateKey(): string {
    return this.sshd.user.privateKey;
  }

  get fingerprint(): string {
    return this.sshd.hostKeyFingerprint;
  }

  /** Waits at these from now on. */
  async hold(...holds: Hold[]): Promise<void> {
    for (const hold of holds) await writeFile(this.file(hold), '');
  }

  /** Goes on, also with what waits already. */
  async release(...holds: Hold[]): Promise<void> {
    for (const hold of holds) await rm(this.file(hold), { force: true });
  }

  /** What it prints on its error stream before each command. */
  async say(words: string): Promise<void> {
    await writeFile(join(this.directory, 'words'), words);
  }

  async stop(): Promise<void> {
    await this.release('command', 'sftp');
    await this.sshd.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private file(hold: Hold): string {
    return join(this.directory, `hold-${hold}`);
  }
}

/** Starts one on loopback with a user, a key and a host key of its own. */
export async function startControlledHost(): Promise<ControlledHost> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-gate-'));
  await chmod(directory, 0o755);
  await writeFile(join(directory, 'gate.sh'), gateScript, { mode: 0o644 });
  const sshd = await startSshd({ config: [`ForceCommand /bin/sh ${directory}/gate.sh ${directory}`] });
  return new ControlledHost(sshd, directory);
}
