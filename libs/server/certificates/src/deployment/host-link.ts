import type { ReachableHost, SshReach } from '@lockstep/server-connections';
import type { SftpSession, SshSession, StageObserver } from '@lockstep/server-ssh';
import { HostCommands, type Tell } from './host-commands.js';
import { HostFiles } from './host-files.js';

/** Milliseconds for one request over SFTP. */
const requestMs = 20_000;

export interface LinkOptions {
  /** Stops whatever goes on over the link. */
  readonly signal: AbortSignal;
  readonly tell: Tell;
  readonly observe?: StageObserver;
}

/** One login for a deployment: files and commands. */
export class HostLink {
  private constructor(
    private readonly session: SshSession,
    private readonly sftp: SftpSession,
    readonly files: HostFiles,
    readonly commands: HostCommands,
  ) {}

  /** Errors: SshError, or the signal's reason. */
  static async open(reach: SshReach, host: ReachableHost, options: LinkOptions): Promise<HostLink> {
    const { signal, tell } = options;
    const limit = { signal, deadlineMs: reach.deadline(requestMs) };
    const session = await reach.open(host, options);
    try {
      const sftp = await session.openSftp(limit);
      const commands = new HostCommands(session, limit, tell);
      return new HostLink(session, sftp, new HostFiles(session, sftp, limit), commands);
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.sftp.close();
    await this.session.close();
  }

  destroy(): void {
    this.session.destroy();
  }
}
