import { SshError, type SshSession, type SshShell, type StageLimit } from '@lockstep/server-ssh';
import { ConsoleLines } from './console-lines.js';
import { type VosPause, pauseOf, pausePattern, withoutPauses } from './vos-dialog.js';

export interface VosCommand extends StageLimit {
  /** One line without its end. Nothing of a user's may be in it that the service's name does not allow. */
  readonly text: string;
  /** Each line as it is said, without the command's echo and what pages. */
  readonly onLine?: (line: string) => void;
}

export interface VosAnswer {
  readonly lines: readonly string[];
  /** What the host asked before it went on; each was answered with «n». */
  readonly questions: readonly string[];
}

/** Wide, so that no line is wrapped, and high, so that little is paged. */
const size = { columns: 500, rows: 1_000 };
/** Milliseconds of silence after a prompt until it is taken for one. */
const quietMs = 150;
/** More pages than any list has: a host that pages for ever is not followed for ever. */
const mostPauses = 500;
/** Lines kept of one answer; the oldest go. */
const mostLines = 5_000;

/** The command line interface of Cisco VOS in a shell: one command at a time, each answered by whole lines up to the prompt. */
export class VosConsole {
  private constructor(private readonly shell: SshShell) {}

  /** Waits for the first prompt, which comes seconds after the login. Errors: SshError, never `afterRequest`. */
  static async open(session: SshSession, limit: StageLimit): Promise<VosConsole> {
    const end = performance.now() + limit.deadlineMs;
    const shell = await session.openShell({ ...limit, ...size });
    try {
      const console = new VosConsole(shell);
      await console.follow({ ...limit, deadlineMs: remaining(end) }, { isOpening: true, read: () => undefined });
      return console;
    } catch (error) {
      shell.close();
      throw error instanceof SshError ? withoutPrompt(error) : error;
    }
  }

  get isAlive(): boolean {
    return this.shell.failure === undefined;
  }

  /**
   * Types a command and waits for the prompt behind its answer. Whatever goes wrong closes the console: what would come
   * next in it could not be told apart from the rest of this answer.
   * Errors: SshError COMMAND_TIMEOUT or CONNECTION_LOST, `afterRequest` unless nothing was typed; or the signal's reason.
   */
  async run(command: VosCommand): Promise<VosAnswer> {
    const lines: string[] = [];
    const isEcho = (line: string): boolean => collapse(line).endsWith(collapse(command.text));
    const read = (line: string): void => {
      if (lines.length === 0 && isEcho(line)) return;
      lines.push(line);
      if (lines.length > mostLines) lines.shift();
      command.onLine?.(line);
    };
    command.signal?.throwIfAborted();
    try {
      this.shell.write(`${command.text}\r`);
      return { lines, questions: await this.follow(command, { isOpening: false, read }) };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.shell.close();
  }

  /** Reads on to the prompt, turning pages and saying no on the way. Answers what was asked. */
  private async follow(limit: StageLimit, { isOpening, read }: Reading): Promise<string[]> {
    // A prompt that is written once more, late, is not the answer to what was typed behind it.
    let isAnswered = isOpening;
    const lines = new ConsoleLines((line) => {
      const text = withoutPauses(line).trimEnd();
      if (text === '') return;
      isAnswered = true;
      read(text);
    });
    const questions: string[] = [];
    const end = performance.now() + limit.deadlineMs;
    try {
      for (let pauses = 0; pauses < mostPauses; pauses += 1) {
        const pause = await this.nextPause({ ...limit, deadlineMs: remaining(end) }, (text) => lines.push(text));
        if (pause.kind === 'prompt' && isAnswered) return questions;
        if (pause.kind === 'page') this.shell.write(pause.key);
        if (pause.kind !== 'question') continue;
        if (isOpening) throw new SshError('COMMAND_FAILED', 'The host asks something.', { hostWords: pause.words });
        questions.push(pause.words);
        this.shell.write(pause.no);
      }
      throw new SshError('COMMAND_FAILED', 'The host’s answer has no end.', { afterRequest: !isOpening });
    } finally {
      lines.end();
    }
  }

  private async nextPause({ deadlineMs, signal }: StageLimit, onText: (text: string) => void): Promise<VosPause> {
    const until = { until: pausePattern, quietMs, onText };
    const { match } = await this.shell.readUntil({ deadlineMs, ...(signal && { signal }), ...until });
    return pauseOf(match);
  }
}

interface Reading {
  /** Nothing has been typed yet: nothing is answered either. */
  readonly isOpening: boolean;
  readonly read: (line: string) => void;
}

/** Nothing of anybody's had been typed yet. */
const withoutPrompt = ({ code, message, hostWords, lostBy, cause }: SshError): SshError =>
  new SshError(
    code,
    code === 'COMMAND_TIMEOUT' ? 'The command line interface of the host gave no prompt in time.' : message,
    { ...(hostWords !== undefined && { hostWords }), ...(lostBy && { lostBy }), cause },
  );

const remaining = (end: number): number => Math.max(1, end - performance.now());
const collapse = (text: string): string => text.replace(/\s+/g, '');
