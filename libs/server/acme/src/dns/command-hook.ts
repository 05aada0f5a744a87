import { execFile } from 'node:child_process';
import { AcmeError } from '../acme-error.js';
import type { DnsProvider, DnsRecord } from './dns-provider.js';

export interface CommandHookOptions {
  /** An absolute path. Who names it decides what runs here. */
  readonly program: string;
  /** The most that one call may take, in milliseconds; 60 s unless told. */
  readonly deadlineMs?: number;
}

/** Bytes of its output that are kept to be told. */
const mostOutput = 16_384;
const toldOutput = 1_000;

/**
 * A program that changes DNS: called with `present` or `remove`, the name of the TXT record and its value. Exit status 0 is
 * success; nothing else says what it has done. No shell is between, and of our environment it gets the PATH alone, as the rest holds secrets.
 */
export function commandHook({ program, deadlineMs = 60_000 }: CommandHookOptions): DnsProvider {
  const call = (verb: 'present' | 'remove', { name, value }: DnsRecord, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = {
        ...{ env: { PATH: process.env['PATH'] ?? '' }, timeout: deadlineMs, killSignal: 'SIGKILL' as const },
        ...{ maxBuffer: mostOutput, signal },
      };
      const child = execFile(program, [verb, name, value], options, (error, stdout, stderr) => {
        if (error === null) resolve();
        else if (signal.aborted) reject(signal.reason as Error);
        else reject(new AcmeError('UNEXPECTED_ANSWER', inWords(error, `${stderr}\n${stdout}`), { cause: error }));
      });
      child.stdin?.end();
    });
  return {
    publish: (record, signal) => call('present', record, signal),
    remove: (record, signal) => call('remove', record, signal),
  };
}

type ExecutionError = Error & { code?: string | number | null; killed?: boolean; signal?: string | null };

function inWords(error: ExecutionError, output: string): string {
  const said = output
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, toldOutput);
  return `The DNS command ${reasonOf(error)}${said === '' ? '.' : `: ${said}`}`;
}

function reasonOf({ code, killed, signal, message }: ExecutionError): string {
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'said too much and was stopped';
  if (killed === true) return 'did not end in time and was stopped';
  if (typeof code === 'number') return `failed with status ${String(code)}`;
  return typeof signal === 'string' ? `was ended by ${signal}` : `cannot be run (${message})`;
}
