import type { ClientChannel, SFTPWrapper } from 'ssh2';
import { seconds } from '../network/connect-socket.js';
import { SshError, cleanHostWords } from '../ssh-error.js';
import { type StageLimit, withinDeadline } from '../within-deadline.js';
import { ChannelSlots } from './channel-slots.js';
import { type ScriptRequest, type ScriptResult, runScript } from './run-script.js';
import { SftpSession } from './sftp-session.js';
import type { SshLink } from './ssh-link.js';
import { type ShellOptions, SshShell } from './ssh-shell.js';

/** Fewer than sshd's MaxSessions (10). */
const channelsPerSession = 8;

/** A login. Everything that runs on it ends when it is closed. */
export class SshSession {
  readonly #link: SshLink;
  readonly #slots = new ChannelSlots(channelsPerSession);

  constructor(link: SshLink) {
    this.#link = link;
  }

  /** Why the link broke, or undefined while it holds. */
  get failure(): SshError | undefined {
    return this.#link.failure;
  }

  /** Calls `listener` once, when the link breaks or is closed. Answers the function that takes this back. */
  onLost(listener: (failure: SshError) => void): () => void {
    return this.#link.onLost(listener);
  }

  /** See `runScript`: constant text, user data by standard input, only `code === 0` is success. */
  runScript(request: ScriptRequest): Promise<ScriptResult> {
    return this.#withSlot(request.signal, () => runScript(this.#link, request));
  }

  /** Opens SFTP. Holds a channel until it is closed. Errors: SFTP_UNAVAILABLE, SFTP_TIMEOUT, CONNECTION_LOST. */
  async openSftp(limit: StageLimit): Promise<SftpSession> {
    const release = await this.#slots.take(limit.signal);
    const timeout = (): SshError =>
      new SshError('SFTP_TIMEOUT', `SFTP did not answer within ${seconds(limit.deadlineMs)}.`);
    try {
      const wrapper = await withinDeadline({ ...limit, timeout }, () =>
        this.#link.guard(() => this.#openSftpChannel()),
      );
      return new SftpSession(wrapper, { guard: (begin) => this.#link.guard(begin), release });
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * Opens a login shell on a terminal. Holds a channel until it is closed. Errors: CHANNEL_REFUSED, COMMAND_TIMEOUT,
   * CONNECTION_LOST.
   */
  async openShell({ columns, rows, ...limit }: ShellOptions): Promise<SshShell> {
    const release = await this.#slots.take(limit.signal);
    const timeout = (): SshError =>
      new SshError('COMMAND_TIMEOUT', `The host opened no shell within ${seconds(limit.deadlineMs)}.`);
    const state: { given: boolean } = { given: true };
    try {
      return await withinDeadline({ ...limit, timeout, giveUp: () => (state.given = false) }, () =>
        this.#link.guard(async () => {
          const channel = await this.#openShellChannel({ columns, rows });
          if (!state.given) channel.close();
          return new SshShell(channel, { onLost: (listener) => this.#link.onLost(listener), release });
        }),
      );
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * A TCP connection made by this host: the way through a jump host (RFC 4254 §7.2).
   * Errors: CONNECTION_REFUSED, CONNECT_TIMEOUT, CHANNEL_REFUSED (forwarding is off), CONNECTION_LOST.
   */
  openTunnel(to: { host: string; port: number }, limit: StageLimit): Promise<ClientChannel> {
    const where = `${to.host} port ${String(to.port)}`;
    const state: { given: boolean } = { given: true };
    const timeout = (): SshError =>
      new SshError('CONNECT_TIMEOUT', `${where} did not answer the jump host within ${seconds(limit.deadlineMs)}.`);
    return withinDeadline({ ...limit, timeout, giveUp: () => (state.given = false) }, () =>
      this.#link.guard(
        () =>
          new Promise<ClientChannel>((resolve, reject) => {
            this.#link.client.forwardOut('127.0.0.1', 0, to.host, to.port, (error, channel) => {
              if (error) reject(tunnelFailure(where, error));
              else if (state.given) resolve(channel);
              else channel.destroy();
            });
          }),
      ),
    );
  }

  /** Ends the session politely; resolves when the socket is closed, after half a second at the latest. */
  close(): Promise<void> {
    return this.#link.close();
  }

  /** Tears the socket down at once. */
  destroy(): void {
    this.#link.destroy();
  }

  #openSftpChannel(): Promise<SFTPWrapper> {
    return new Promise((resolve, reject) => {
      this.#link.client.sftp((error, sftp) => {
        if (!error) {
          resolve(sftp);
          return;
        }
        const hostWords = cleanHostWords(error.message);
        reject(new SshError('SFTP_UNAVAILABLE', 'The host offers no SFTP.', { hostWords, cause: error }));
      });
    });
  }

  #openShellChannel({ columns, rows }: { columns: number; rows: number }): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      const window = { term: 'vt100', cols: columns, rows, width: 0, height: 0 };
      try {
        this.#link.client.shell(window, (error, channel) => {
          if (!error) {
            resolve(channel);
            return;
          }
          const hostWords = cleanHostWords(error.message);
          reject(new SshError('CHANNEL_REFUSED', 'The host opened no shell.', { hostWords, cause: error }));
        });
      } catch (cause) {
        reject(new SshError('CONNECTION_LOST', 'The connection is closed.', { cause }));
      }
    });
  }

  async #withSlot<Value>(signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
    const release = await this.#slots.take(signal);
    try {
      return await work();
    } finally {
      release();
    }
  }
}

/** Reasons of SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254 §5.1): 1 is a prohibition, 2 a failed connection. */
function tunnelFailure(where: string, error: Error & { reason?: unknown }): SshError {
  const hostWords = cleanHostWords(error.message);
  const details = { hostWords, cause: error };
  const prohibited = error.reason === 1 || error.reason === 'ADMINISTRATIVELY_PROHIBITED';
  if (prohibited)
    return new SshError(
      'CHANNEL_REFUSED',
      'The jump host does not forward connections (AllowTcpForwarding, or its line of authorized_keys).',
      details,
    );
  return new SshError('CONNECTION_REFUSED', `The jump host could not connect to ${where}.`, details);
}
