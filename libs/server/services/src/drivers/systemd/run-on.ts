import { OperationFailure } from '@lockstep/server-operations';
import type { ScriptRequest, ScriptResult } from '@lockstep/server-ssh';
import type { LoggedInHost } from '../service-driver.js';
import { noSystemd } from './scripts.js';

type Run = Pick<ScriptRequest, 'script' | 'input' | 'maximumOutput' | 'onLine'> & {
  /** Milliseconds that it may take at most. */
  readonly usualMs: number;
};

/** Runs a constant script within the host's deadlines. Errors: SshError, or the signal's reason. */
export function runOn(host: LoggedInHost, { usualMs, ...request }: Run): Promise<ScriptResult> {
  return host.session.runScript({ ...request, deadlineMs: host.deadline(usualMs), signal: host.signal });
}

/** For a script that should have worked and did not. */
export function failed(message: string, { code, stdout, stderr }: ScriptResult): OperationFailure {
  const sentence = code === noSystemd ? 'This host does not run systemd.' : message;
  return new OperationFailure('COMMAND_FAILED', sentence, { hostWords: stderr.trim() || stdout.trim().slice(0, 500) });
}
