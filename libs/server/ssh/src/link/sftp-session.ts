import { randomBytes } from 'node:crypto';
import type { SFTPWrapper } from 'ssh2';
import { seconds } from '../network/connect-socket.js';
import { SshError, cleanHostWords } from '../ssh-error.js';
import { type StageLimit, withinDeadline } from '../within-deadline.js';

interface SftpOwner {
  readonly guard: <Value>(begin: () => Promise<Value>) => Promise<Value>;
  readonly release: () => void;
}

type Done = (error?: Error | null) => void;

/** What is said about a file (draft-ietf-secsh-filexfer-02 §5). `mode` has the bits of the kind of file too. */
export interface FileFacts {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
}

/** A file system's room and state (statvfs(3)). */
export interface Room {
  /** Bytes that this login may still use. */
  readonly free: number;
  readonly readOnly: boolean;
}

export interface NewFile {
  readonly path: string;
  readonly content: Buffer;
  /** Permission bits, set before the first byte whatever the umask is. */
  readonly mode: number;
  /** Set before the first byte too, where given. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

const noSuchFile = 2;
/** ST_RDONLY of statvfs@openssh.com (OpenSSH PROTOCOL §4.5). */
const readOnlyFlag = 1;

/** SFTP over one channel, with a deadline on every request. */
export class SftpSession {
  readonly #sftp: SFTPWrapper;
  readonly #owner: SftpOwner;

  constructor(sftp: SFTPWrapper, owner: SftpOwner) {
    this.#sftp = sftp;
    this.#owner = owner;
    sftp.on('error', () => undefined);
    sftp.once('close', owner.release);
  }

  /** The absolute path of the folder one starts in, as a rule the home folder. */
  home(limit: StageLimit): Promise<string> {
    return this.realPath('.', limit);
  }

  /** Where a path leads, symbolic links followed; the last part of it need not be there. */
  realPath(path: string, limit: StageLimit): Promise<string> {
    return this.#request(limit, (resolve, reject) =>
      this.#sftp.realpath(path, (error, found) => (error ? reject(error) : resolve(found))),
    );
  }

  /**
   * Finds out by doing: makes an empty file of a random name in `folder` and removes it.
   * Resolves with null when that works, else with the host's own words.
   */
  async whyNotWritable(folder: string, limit: StageLimit): Promise<string | null> {
    const path = `${folder}/.lockstep-${randomBytes(6).toString('hex')}`;
    try {
      const handle = await this.#request<Buffer>(limit, (resolve, reject) =>
        this.#sftp.open(path, 'wx', 0o600, (error, opened) => (error ? reject(error) : resolve(opened))),
      );
      await this.#done(limit, (done) => this.#sftp.close(handle, done));
      await this.#done(limit, (done) => this.#sftp.unlink(path, done));
      return null;
    } catch (error) {
      if (error instanceof SshError && error.code === 'SFTP_UNAVAILABLE') return error.hostWords ?? error.message;
      throw error;
    }
  }

  /** Null: there is nothing of this name. A symbolic link is told of itself. */
  async look(path: string, limit: StageLimit): Promise<FileFacts | null> {
    try {
      return await this.#request<FileFacts>(limit, (resolve, reject) =>
        this.#sftp.lstat(path, (error, stats) => (error ? reject(error) : resolve(stats))),
      );
    } catch (error) {
      if (error instanceof SshError && error.sftpStatus === noSuchFile) return null;
      throw error;
    }
  }

  /** The names in a folder. */
  async list(folder: string, limit: StageLimit): Promise<string[]> {
    const found = await this.#request<{ filename: string }[]>(limit, (resolve, reject) =>
      this.#sftp.readdir(folder, (error, list) => (error ? reject(error) : resolve(list))),
    );
    return found.map(({ filename }) => filename);
  }

  /** A whole file; symbolic links are followed. Ask only for small ones. */
  read(path: string, limit: StageLimit): Promise<Buffer> {
    return this.#request<Buffer>(limit, (resolve, reject) =>
      this.#sftp.readFile(path, (error, content) => (error ? reject(error) : resolve(content))),
    );
  }

  /** Makes a file that must not exist yet, private until it is what it shall be, and waits until it is on the disk. */
  async make({ path, content, mode, owner }: NewFile, limit: StageLimit): Promise<void> {
    const handle = await this.#request<Buffer>(limit, (resolve, reject) =>
      this.#sftp.open(path, 'wx', 0o600, (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    try {
      if (owner) await this.#done(limit, (done) => this.#sftp.fsetstat(handle, owner, done));
      await this.#done(limit, (done) => this.#sftp.fsetstat(handle, { mode }, done));
      await this.#done(limit, (done) => this.#sftp.write(handle, content, 0, content.length, 0, done));
      await this.#done(limit, (done) => this.#sftp.ext_openssh_fsync(handle, done));
    } finally {
      await this.#done(limit, (done) => this.#sftp.close(handle, done));
    }
  }

  /** Makes a folder that everyone may read, unless something of this name is there already. @returns whether it made it */
  async makeFolder(path: string, limit: StageLimit): Promise<boolean> {
    try {
      await this.#done(limit, (done) => this.#sftp.mkdir(path, { mode: 0o755 }, done));
      return true;
    } catch (error) {
      // SFTP has no word for "it is there" (draft-ietf-secsh-filexfer-02 §7).
      if (!(error instanceof SshError) || (await this.look(path, limit)) === null) throw error;
      return false;
    }
  }

  /** Errors: SshError when it is gone already, or something is in it. */
  async removeFolder(path: string, limit: StageLimit): Promise<void> {
    await this.#done(limit, (done) => this.#sftp.rmdir(path, done));
  }

  /** It is well when it is gone already. */
  async remove(path: string, limit: StageLimit): Promise<void> {
    try {
      await this.#done(limit, (done) => this.#sftp.unlink(path, done));
    } catch (error) {
      if (!(error instanceof SshError) || error.sftpStatus !== noSuchFile) throw error;
    }
  }

  /** Of the file system that a folder is on. */
  async room(folder: string, limit: StageLimit): Promise<Room> {
    interface Answer {
      readonly f_bavail: number;
      readonly f_frsize: number;
      readonly f_flag: number;
    }
    const answer = await this.#request<Answer>(limit, (resolve, reject) =>
      this.#sftp.ext_openssh_statvfs(folder, (error, found: Answer) => (error ? reject(error) : resolve(found))),
    );
    return { free: answer.f_bavail * answer.f_frsize, readOnly: (answer.f_flag & readOnlyFlag) !== 0 };
  }

  close(): void {
    this.#sftp.end();
    this.#owner.release();
  }

  #done(limit: StageLimit, begin: (done: Done) => void): Promise<void> {
    return this.#request<void>(limit, (resolve, reject) => begin((error) => (error ? reject(error) : resolve())));
  }

  #request<Value>(
    limit: StageLimit,
    begin: (resolve: (value: Value) => void, reject: (error: Error) => void) => void,
  ): Promise<Value> {
    const timeout = (): SshError =>
      new SshError('SFTP_TIMEOUT', `SFTP did not answer within ${seconds(limit.deadlineMs)}.`);
    const refuse = (error: Error): SshError =>
      new SshError('SFTP_UNAVAILABLE', 'The host refused an SFTP request.', {
        hostWords: cleanHostWords(error.message),
        ...('code' in error && typeof error.code === 'number' && { sftpStatus: error.code }),
        cause: error,
      });
    return withinDeadline({ ...limit, timeout }, () =>
      this.#owner.guard(
        () =>
          new Promise<Value>((resolve, reject) => {
            try {
              begin(resolve, (error) => reject(refuse(error)));
            } catch (error) {
              // An extension that the server does not offer is refused here, before anything is sent.
              reject(refuse(error as Error));
            }
          }),
      ),
    );
  }
}
