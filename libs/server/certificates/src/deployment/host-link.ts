import type { ReachableHost, SshReach } from '@lockstep/server-connections';
import type { SftpSession, SshSession, StageLimit, StageObserver } from '@lockstep/server-ssh';
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
  readonly files: HostFiles;
  readonly commands: HostCommands;
  /** For each request. */
  readonly limit: StageLimit & { readonly signal: AbortSignal };

  private constructor(
    readonly session: SshSession,
    readonly sftp: SftpSession,
    { limit, tell }: { limit: HostLink['limit']; tell: Tell },
  ) {
    this.limit = limit;
    this.files = new HostFiles(session, sftp, limit);
    this.commands = new HostCommands(session, limit, tell);
  }

  /** Errors: SshError, or the signal's reason. */
  static async open(reach: SshReach, host: ReachableHost, options: LinkOptions): Promise<HostLink> {
    const { signal, tell } = options;
    const limit = { signal, deadlineMs: reach.deadline(requestMs) };
    const session = await reach.open(host, options);
    try {
      return new HostLink(session, await session.openSftp(limit), { limit, tell });
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
