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
    return this.#request(limit, (resolve, reject) =>
      this.#sftp.realpath('.', (error, path) => (error ? reject(error) : resolve(path))),
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
        cause: error,
      });
    return withinDeadline({ ...limit, timeout }, () =>
      this.#owner.guard(
        () => new Promise<Value>((resolve, reject) => begin(resolve, (error) => reject(refuse(error)))),
      ),
    );
  }
}
