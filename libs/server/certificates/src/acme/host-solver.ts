import type { Challenge, Solver } from '@lockstep/server-acme';
import type { SshReach } from '@lockstep/server-connections';
import { OperationFailure } from '@lockstep/server-operations';
import { type SftpSession, SshError, type SshSession, type StageLimit } from '@lockstep/server-ssh';

/** Milliseconds for one request over SFTP. */
const requestMs = 20_000;
/** SSH_FX_NO_SUCH_FILE, SSH_FX_PERMISSION_DENIED (draft-ietf-secsh-filexfer-02 §7). */
const explained: Readonly<Record<number, string>> = {
  2: 'there is no such folder',
  3: 'this login may not write there',
};

interface Login {
  readonly session: SshSession;
  readonly sftp: SftpSession;
}

/** Answers HTTP-01 by a file below the folder that the host's own web server shows. */
export class HostSolver implements Solver {
  readonly kind = 'http-01';
  private login: Login | undefined;
  private refusal: SshError | undefined;
  /** The folders that were not there before. */
  private made: string[] = [];

  constructor(
    private readonly reach: SshReach,
    private readonly place: { readonly connectionId: number; readonly folder: string },
  ) {}

  async present({ location, content }: Challenge, signal: AbortSignal): Promise<void> {
    const root = this.place.folder.replace(/\/$/, '');
    const path = `${root}${location}`;
    await this.use(signal, path, async (sftp, limit) => {
      for (const folder of [`${root}/.well-known`, `${root}/.well-known/acme-challenge`])
        if (await sftp.makeFolder(folder, limit)) this.made.push(folder);
      await sftp.remove(path, limit);
      await sftp.make({ path, content: Buffer.from(content), mode: 0o644 }, limit);
    });
  }

  async withdraw({ location }: Challenge, signal: AbortSignal): Promise<void> {
    const path = `${this.place.folder.replace(/\/$/, '')}${location}`;
    await this.use(signal, path, (sftp, limit) => sftp.remove(path, limit));
  }

  /** Takes away the folders that it had to make, unless somebody else has put something there meanwhile. */
  async leaveNothing(signal: AbortSignal): Promise<void> {
    const [deepest, ...above] = this.made.splice(0).reverse();
    if (deepest === undefined) return;
    await this.use(signal, deepest, async (sftp, limit) => {
      for (const folder of [deepest, ...above]) await sftp.removeFolder(folder, limit).catch(unlessRefused);
    });
  }

  async close(): Promise<void> {
    const { login } = this;
    this.login = undefined;
    login?.sftp.close();
    await login?.session.close();
  }

  /** One login serves all names. After a failure nobody knows what it is good for, so the next call makes another. */
  private async use(
    signal: AbortSignal,
    path: string,
    work: (sftp: SftpSession, limit: StageLimit) => Promise<void>,
  ): Promise<void> {
    const limit = { signal, deadlineMs: this.reach.deadline(requestMs) };
    try {
      this.login ??= await this.open(limit);
      await work(this.login.sftp, limit);
    } catch (error) {
      this.login?.session.destroy();
      this.login = undefined;
      throw explain(error, path);
    }
  }

  /** A login that was refused is not tried again, not even to withdraw. */
  private async open(limit: StageLimit & { signal: AbortSignal }): Promise<Login> {
    if (this.refusal !== undefined) throw this.refusal;
    const host = await this.reach.find(this.place.connectionId);
    const session = await this.reach.open(host, limit).catch((error: unknown) => {
      if (error instanceof SshError && error.code === 'AUTHENTICATION_FAILED') this.refusal = error;
      throw error;
    });
    try {
      return { session, sftp: await session.openSftp(limit) };
    } catch (error) {
      session.destroy();
      throw error;
    }
  }
}

/** What SFTP answers to a folder that is not empty any more. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof SshError) || error.sftpStatus === undefined) throw error;
}

function explain(error: unknown, path: string): unknown {
  const why = error instanceof SshError ? explained[error.sftpStatus ?? -1] : undefined;
  return why === undefined
    ? error
    : new OperationFailure('FILE_NOT_WRITABLE', `${path} cannot be written: ${why}.`, { cause: error });
}
