import type { ClientChannel } from 'ssh2';
import { seconds } from '../network/connect-socket.js';
import { SshError, cleanHostWords } from '../ssh-error.js';
import { type StageLimit, withinDeadline } from '../within-deadline.js';
import { OutputCollector, type OutputStream } from './output-collector.js';
import type { SshLink } from './ssh-link.js';

export interface ScriptRequest extends StageLimit {
  /** Constant POSIX shell text. Nothing that a user typed may be part of it: that goes into `input`. */
  readonly script: string;
  /** What the script reads from its standard input. */
  readonly input?: string | Buffer;
  /** Kept of each stream, in characters; 262,144 unless told. */
  readonly maximumOutput?: number;
  readonly onLine?: (stream: OutputStream, line: string) => void;
}

export interface ScriptResult {
  /** The exit status; null when a signal ended it. Only 0 is success. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly cut: boolean;
}

const defaultMaximum = 262_144;

/**
 * Runs a script by /bin/sh whatever the login shell is. The script and then its input go through standard input, so no
 * command line on the host ever shows or interprets them; braces make a script that arrives in part a syntax error, so
 * half a script never runs.
 * Errors: CHANNEL_REFUSED, COMMAND_TIMEOUT, CONNECTION_LOST (`afterRequest` once the script was being sent).
 */
export async function runScript(link: SshLink, request: ScriptRequest): Promise<ScriptResult> {
  const script = Buffer.from(`{\n${request.script}\n}\n`);
  const state: { channel?: ClientChannel; sent: boolean } = { sent: false };
  const timeout = (): SshError =>
    new SshError('COMMAND_TIMEOUT', `The command did not end within ${seconds(request.deadlineMs)}.`, {
      afterRequest: state.sent,
    });
  const giveUp = (): void => {
    state.channel?.destroy();
  };
  try {
    return await withinDeadline({ ...request, timeout, giveUp }, () =>
      link.guard(async () => {
        // Where input follows, not a byte of it may be taken for the script: one at a time, which costs the host a moment.
        const read = request.input ? `dd bs=1 count=${String(script.length)} 2>/dev/null` : 'cat';
        state.channel = await openChannel(link, `exec /bin/sh -c 'eval "$(${read})"'`);
        state.sent = true;
        return collect(state.channel, { request, script });
      }),
    );
  } catch (error) {
    if (error instanceof SshError && error.code === 'CONNECTION_LOST' && state.sent && !error.afterRequest) {
      const { code, message, hostWords, lostBy } = error;
      throw new SshError(code, message, { hostWords, ...(lostBy && { lostBy }), afterRequest: true, cause: error });
    }
    throw error;
  }
}

function openChannel(link: SshLink, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    try {
      link.client.exec(command, (error, channel) => {
        if (!error) {
          resolve(channel);
          return;
        }
        const hostWords = cleanHostWords(error.message);
        reject(
          new SshError('CHANNEL_REFUSED', 'The host opened no session for a command.', { hostWords, cause: error }),
        );
      });
    } catch (cause) {
      reject(new SshError('CONNECTION_LOST', 'The connection is closed.', { cause }));
    }
  });
}

function collect(channel: ClientChannel, work: { request: ScriptRequest; script: Buffer }): Promise<ScriptResult> {
  const { request, script } = work;
  const maximum = request.maximumOutput ?? defaultMaximum;
  const stdout = new OutputCollector({ stream: 'stdout', maximum, onLine: request.onLine });
  const stderr = new OutputCollector({ stream: 'stderr', maximum, onLine: request.onLine });
  return new Promise((resolve, reject) => {
    channel.on('data', (chunk: Buffer) => stdout.push(chunk));
    channel.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A script that ends without reading all of its input is no failure; what counts is its exit status.
    channel.on('error', () => undefined);
    // `close` bears the exit status too. Its own event may have passed already: a login shell that only says no can end
    // the channel in the very packet that opened it.
    channel.on('close', (code?: number | null, signal?: string) => {
      stdout.end();
      stderr.end();
      if (code === undefined) {
        reject(new SshError('CONNECTION_LOST', 'The command ended without an exit status.', { afterRequest: true }));
        return;
      }
      const cut = stdout.isCut || stderr.isCut;
      resolve({ code, signal: signal ?? null, stdout: stdout.text, stderr: stderr.text, cut });
    });
    channel.write(script);
    channel.end(request.input ?? '');
  });
}
