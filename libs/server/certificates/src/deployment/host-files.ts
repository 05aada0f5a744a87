import { posix } from 'node:path';
import { OperationFailure } from '@lockstep/server-operations';
import { type FileFacts, type SftpSession, SshError, type SshSession, type StageLimit } from '@lockstep/server-ssh';
import { type DeployedFile, type FilePlace, sha256Of, stagedSuffix } from './deployed-file.js';
import { FileOwners, type Owner } from './file-owners.js';
import { askHost } from './host-facts.js';
import { moveScript, planEnd } from './host-scripts.js';
import { findPlaces } from './real-places.js';
import type { FileState, LookedAt, Move } from './switch-plan.js';
import { explainRefusal } from './write-failure.js';

/** Milliseconds that a script which only looks or renames may take. */
const quickMs = 20_000;
const quickSeconds = quickMs / 1_000;
/** The bits of a mode that are not about the kind of file. */
const permissions = 0o7777;

/** The files of a deployment on one host. `limit` bounds each request and says what stops it. */
export class HostFiles {
  private readonly owners: FileOwners;

  constructor(
    private readonly session: SshSession,
    private readonly sftp: SftpSession,
    private readonly limit: StageLimit,
  ) {
    this.owners = new FileOwners(session, sftp, limit);
  }

  /** Where these files really are. Errors: OperationFailure FILE_NOT_WRITABLE; SshError. */
  places(files: readonly DeployedFile[]): Promise<DeployedFile[]> {
    return findPlaces(files, { sftp: this.sftp, limit: this.limit });
  }

  look(files: readonly DeployedFile[]): Promise<LookedAt[]> {
    return Promise.all(files.map(async (file) => ({ file, state: await this.stateOf(file) })));
  }

  /**
   * Puts a file beside its place: private, owned and with its mode before the first byte, on the disk, read back. What a
   * lost attempt staged is taken away, and so is a part of a file when it fails.
   * Errors: OperationFailure FILE_NOT_WRITABLE, DISK_FULL, PRIVILEGE_MISSING; SshError.
   */
  async stage(file: DeployedFile): Promise<void> {
    try {
      const stale = (await this.leftovers(file)).filter((path) => path.endsWith(stagedSuffix));
      for (const path of stale) await this.sftp.remove(path, this.limit);
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
    const { uptime } = await askHost(this.session, { owner: '', group: '' }, this.limit);
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

  /** Takes away everything of ours beside these files, whatever version it was for. */
  async clean(files: readonly DeployedFile[]): Promise<void> {
    for (const file of files) for (const path of await this.leftovers(file)) await this.sftp.remove(path, this.limit);
  }

  /** Whose a file shall be; undefined: this login's. Errors: OperationFailure FILE_NOT_WRITABLE; SshError. */
  async ownerOf(place: FilePlace): Promise<Owner | undefined> {
    return this.owners.wanted(place, await this.sftp.look(place.path, this.limit));
  }

  private async stateOf(file: DeployedFile): Promise<FileState> {
    const [live, staged, backup] = await Promise.all([
      this.sftp.look(file.path, this.limit),
      this.sftp.look(file.staged, this.limit),
      this.sftp.look(file.backup, this.limit),
    ]);
    const kind = live === null ? 'missing' : (await this.isNew(file, live)) ? 'new' : 'other';
    return { live: kind, staged: staged !== null, backup: backup !== null };
  }

  /** What this login may not read, it did not write. Mode and owner count as much as the content. */
  private async isNew(file: DeployedFile, live: FileFacts): Promise<boolean> {
    if (live.size !== file.content.length || (live.mode & permissions) !== file.mode) return false;
    try {
      const content = await this.sftp.read(file.path, this.limit);
      return sha256Of(content) === file.sha256 && (await this.owners.fits(file, live));
    } catch (error) {
      if (error instanceof SshError && error.code === 'SFTP_UNAVAILABLE') return false;
      throw error;
    }
  }

  private async leftovers({ folder, mark }: DeployedFile): Promise<string[]> {
    const names = await this.sftp.list(folder, this.limit);
    return names.filter((name) => name.startsWith(mark)).map((name) => posix.join(folder, name));
  }
}
