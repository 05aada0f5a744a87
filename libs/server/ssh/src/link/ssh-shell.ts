import type { ClientChannel } from 'ssh2';
import { seconds } from '../network/connect-socket.js';
import { SshError, cleanHostWords } from '../ssh-error.js';
import { type StageLimit, withinDeadline } from '../within-deadline.js';
import { TerminalText } from './terminal-text.js';

export interface ShellOptions extends StageLimit {
  /** The terminal's size in characters (RFC 4254 §6.2). */
  readonly columns: number;
  readonly rows: number;
}

export interface ReadRequest extends StageLimit {
  /** Compared with the last 1,024 characters of what was said; end it with `$`. */
  readonly until: RegExp;
  /** Milliseconds for which nothing may follow the match: a packet may end where a line does not. 0 unless told. */
  readonly quietMs?: number;
  /** What is said, as it comes; escape sequences are taken out. */
  readonly onText?: (text: string) => void;
}

export interface ShellAnswer {
  /** What was said since the last answer, the match included; at most the newest 262,144 characters. */
  readonly text: string;
  readonly match: RegExpExecArray;
  /** Older text was dropped. */
  readonly cut: boolean;
}

interface ShellOwner {
  /** Calls once when the link breaks; answers the function that takes this back. */
  readonly onLost: (listener: (failure: SshError) => void) => () => void;
  readonly release: () => void;
}

const longestText = 262_144;
const endLength = 1_024;

/**
 * A login shell on a terminal: for hosts that take no commands otherwise. Whatever ends it (the host's goodbye, a reset, a
 * closed channel on a connection that lives on) is told at once to whoever reads.
 */
export class SshShell {
  readonly #channel: ClientChannel;
  readonly #terminal = new TerminalText();
  readonly #owner: ShellOwner;
  #forgetLink: () => void = () => undefined;
  #text = '';
  #cut = false;
  #ended: SshError | undefined;
  #written = false;
  /** Of the one reader, while there is one. */
  #hear: ((said: string) => void) | undefined;
  #quiet: NodeJS.Timeout | undefined;

  constructor(channel: ClientChannel, owner: ShellOwner) {
    this.#channel = channel;
    this.#owner = owner;
    const closed = (): void =>
      this.#end(new SshError('CONNECTION_LOST', 'The host closed the shell.', { lostBy: 'channel' }));
    this.#forgetLink = owner.onLost((failure) => this.#end(failure));
    for (const stream of [channel, channel.stderr]) stream.on('data', (chunk: Buffer) => this.#take(chunk));
    channel.on('error', () => undefined);
    // A shell that says nothing more cannot answer, whether or not its channel is closed too.
    channel.on('end', closed);
    channel.on('close', closed);
  }

  /** Why nothing more can be read, or undefined while it lives. */
  get failure(): SshError | undefined {
    return this.#ended;
  }

  /** Types `text`. Throws SshError CONNECTION_LOST when the shell has ended: then nothing was sent. */
  write(text: string): void {
    if (this.#ended) throw this.#ended;
    this.#written = true;
    this.#channel.write(text);
  }

  /**
   * Reads until the host's last words match.
   * Errors: CONNECTION_LOST (`lostBy` says how), COMMAND_TIMEOUT; both with `afterRequest` when anything had been written
   * before, and with the words said since the last answer. Or the signal's reason.
   */
  async readUntil(request: ReadRequest): Promise<ShellAnswer> {
    const timeout = (): SshError =>
      new SshError('COMMAND_TIMEOUT', `The host did not answer within ${seconds(request.deadlineMs)}.`, this.#words());
    try {
      return await withinDeadline({ ...request, timeout }, () => this.#match(request));
    } finally {
      clearTimeout(this.#quiet);
      this.#hear = undefined;
    }
  }

  /** Ends the shell; what runs in it is hung up on. */
  close(): void {
    this.#end(new SshError('CONNECTION_LOST', 'The shell was closed.', { lostBy: 'channel' }));
    this.#channel.close();
  }

  #match(request: ReadRequest): Promise<ShellAnswer> {
    const { until, quietMs = 0, onText } = request;
    return new Promise((resolve, reject) => {
      this.#hear = (said) => {
        clearTimeout(this.#quiet);
        if (said !== '') onText?.(said);
        const match = until.exec(this.#text.slice(-endLength));
        if (match === null) {
          if (this.#ended) reject(this.#failed(this.#ended));
        } else if (this.#ended || quietMs === 0) {
          resolve(this.#answer(match));
        } else {
          this.#quiet = setTimeout(() => resolve(this.#answer(match)), quietMs);
        }
      };
      this.#hear(this.#text);
    });
  }

  #answer(match: RegExpExecArray): ShellAnswer {
    const answer = { text: this.#text, match, cut: this.#cut };
    // More may come before the reader is gone: that belongs to the next one.
    this.#hear = undefined;
    this.#text = '';
    this.#cut = false;
    return answer;
  }

  #take(chunk: Buffer): void {
    const said = this.#terminal.push(chunk);
    if (said === '') return;
    this.#text += said;
    if (this.#text.length > longestText) {
      this.#text = this.#text.slice(-longestText);
      this.#cut = true;
    }
    this.#hear?.(said);
  }

  #end(failure: SshError): void {
    if (this.#ended) return;
    this.#ended = failure;
    this.#forgetLink();
    this.#owner.release();
    this.#hear?.('');
  }

  #failed(failure: SshError): SshError {
    const { code, message, lostBy, cause } = failure;
    return new SshError(code, message, { ...this.#words(), ...(lostBy && { lostBy }), cause });
  }

  #words(): { afterRequest: boolean; hostWords?: string } {
    const hostWords = cleanHostWords(this.#text.slice(-2_000));
    return { afterRequest: this.#written, ...(hostWords !== '' && { hostWords }) };
  }
}
