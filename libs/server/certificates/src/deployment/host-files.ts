import { OperationFailure } from '@lockstep/server-operations';
import { type SftpSession, SshError, type SshSession, type StageLimit } from '@lockstep/server-ssh';
import { type DeployedFile, type FilePlace, sha256Of } from './deployed-file.js';
import { moveScript, planEnd, prepareScript } from './host-scripts.js';
import { findPlaces } from './real-places.js';
import type { FileState, LookedAt, Move } from './switch-plan.js';
import { explainRefusal } from './write-failure.js';

/** Milliseconds that a script which only looks or renames may take. */
const quickMs = 20_000;
const quickSeconds = quickMs / 1_000;
/** What lies where a certificate shall be is a few kilobytes; anything else is not ours. */
const mostBytes = 1_048_576;

interface Preparation {
  readonly uid: number | null;
  readonly gid: number | null;
  /** Seconds. */
  readonly uptime: number;
}

/** The files of a deployment on one host. `limit` bounds each request and says what stops it. */
export class HostFiles {
  constructor(
    private readonly session: SshSession,
    private readonly sftp: SftpSession,
    private readonly limit: StageLimit,
  ) {}

  /** Where these files really are. Errors: OperationFailure FILE_NOT_WRITABLE; SshError. */
  places(files: readonly DeployedFile[]): Promise<DeployedFile[]> {
    return findPlaces(files, { sftp: this.sftp, limit: this.limit });
  }

  look(files: readonly DeployedFile[]): Promise<LookedAt[]> {
    return Promise.all(files.map(async (file) => ({ file, state: await this.stateOf(file) })));
  }

  /**
   * Puts a file beside its place: private, owned and with its mode before the first byte, on the disk, read back. What a
   * lost attempt left is taken away, and so is a part of a file when it fails.
   * Errors: OperationFailure FILE_NOT_WRITABLE, DISK_FULL, PRIVILEGE_MISSING; SshError.
   */
  async stage(file: DeployedFile): Promise<void> {
    try {
      await this.removeLeftovers(file);
      const owner = await this.ownerOf(file);
      await this.sftp.make({ path: file.staged, content: file.content, mode: file.mode, owner }, this.limit);
      const read = sha256Of(await this.sftp.read(file.staged, this.limit));
      if (read === file.sha256) return;
      throw new OperationFailure('FILE_NOT_WRITABLE', `${file.staged} reads back as something else than was written.`);
    } catch (error) {
      const failure = await explainRefusal(error, file, { sftp: this.sftp, limit: this.limit });
      await this.sftp.remove(file.staged, this.limit).catch(() => undefined);
      throw failure;
    }
  }

  /**
   * One plan at a time in `folder`. Errors: OperationFailure FILE_NOT_WRITABLE; SshError with `afterRequest` when the
   * answer was lost.
   */
  async apply(moves: readonly Move[], folder: string): Promise<void> {
    if (moves.length === 0) return;
    const { uptime } = await this.identify('', '');
    const plan = moves.flatMap(({ verb, given, from, to }) => [verb, given, from, to]);
    const lines = [String(uptime + quickSeconds), folder, ...plan, planEnd];
    const result = await this.session.runScript({
      ...this.limit,
      script: moveScript,
      input: `${lines.join('\n')}\n`,
      deadlineMs: quickMs,
    });
    if (result.code === 0) return;
    throw new OperationFailure('FILE_NOT_WRITABLE', 'The host did not put the files in place.', {
      hostWords: result.stderr.trim(),
    });
  }

  private async stateOf(file: DeployedFile): Promise<FileState> {
    const [live, staged, backup] = await Promise.all([
      this.sftp.look(file.path, this.limit),
      this.sftp.look(file.staged, this.limit),
      this.sftp.look(file.backup, this.limit),
    ]);
    const kind = live === null ? 'missing' : (await this.isNew(file)) ? 'new' : 'other';
    return { live: kind, staged: staged !== null, backup: backup !== null };
  }

  /** What this login may not read, it did not write. */
  private async isNew(file: DeployedFile): Promise<boolean> {
    try {
      const content = await this.sftp.read(file.path, this.limit);
      return content.length <= mostBytes && sha256Of(content) === file.sha256;
    } catch (error) {
      if (error instanceof SshError && error.code === 'SFTP_UNAVAILABLE') return false;
      throw error;
    }
  }

  /** Staged files of lost attempts, of whatever version. Backups of this version are still needed. */
  private async removeLeftovers({ folder, mark, backup }: DeployedFile): Promise<void> {
    const names = await this.sftp.list(folder, this.limit);
    const stale = names.map((name) => `${folder}/${name}`).filter((path) => path !== backup);
    for (const path of stale.filter((each) => each.startsWith(`${folder}/${mark}`))) {
      await this.sftp.remove(path, this.limit);
    }
  }

  /** As told; else whoever owns what is there now; else this login. */
  async ownerOf({ owner, group, path }: FilePlace): Promise<{ uid: number; gid: number } | undefined> {
    const live = await this.sftp.look(path, this.limit);
    if (owner === null && group === null) return this.mayKeepOwner(live);
    const { uid, gid } = await this.identify(owner ?? '', group ?? '');
    const own = live ?? (await this.sftp.look('.', this.limit));
    return { uid: uid ?? own?.uid ?? 0, gid: gid ?? own?.gid ?? 0 };
  }

  /** Only root gives files away; another login's files are its own. */
  private async mayKeepOwner(
    live: { uid: number; gid: number } | null,
  ): Promise<{ uid: number; gid: number } | undefined> {
    const home = await this.sftp.look('.', this.limit);
    return live !== null && home?.uid === 0 ? { uid: live.uid, gid: live.gid } : undefined;
  }

  /** The numbers of a user and a group; an empty name asks for none. Errors: OperationFailure FILE_NOT_WRITABLE. */
  async identify(owner: string, group: string): Promise<Preparation> {
    const { stdout, stderr } = await this.session.runScript({
      ...this.limit,
      script: prepareScript,
      input: `${owner}\n${group}\n`,
      deadlineMs: quickMs,
    });
    const read = (name: string): number | null => {
      const found = new RegExp(`^lockstep:${name}=(\\d+)$`, 'm').exec(stdout)?.[1];
      return found === undefined ? null : Number(found);
    };
    const [uid, gid, uptime] = [read('uid'), read('gid'), read('uptime')];
    const missing = owner !== '' && uid === null ? owner : group !== '' && gid === null ? group : null;
    if (missing !== null)
      throw new OperationFailure('FILE_NOT_WRITABLE', `The host knows no user or group ${missing}.`);
    if (uptime === null)
      throw new OperationFailure('COMMAND_FAILED', 'The host did not run a simple shell script.', {
        hostWords: stderr,
      });
    return { uid, gid, uptime };
  }
}
