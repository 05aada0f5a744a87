import type { Reload } from '@lockstep/contract';
import { OperationFailure } from '@lockstep/server-operations';
import { type ScriptResult, type SshSession, type StageLimit, sudoRefusal, sudoersLine } from '@lockstep/server-ssh';
import { commandScript, reloadScript } from './host-scripts.js';

export type Tell = (stream: 'stdout' | 'stderr', line: string) => void;

/** Milliseconds. A server that restarts because it cannot reload may need its time. */
const commandMs = 120_000;

/** What `systemctl` is given; `reloadScript` says the same. */
export const reloadParameters = (service: string): string[] => ['reload-or-restart', '--', service];

/** What is run on a host for a deployment, and the host's words about it. */
export class HostCommands {
  constructor(
    private readonly session: SshSession,
    private readonly limit: StageLimit,
    private readonly tell: Tell,
  ) {}

  /**
   * The server's own test of its configuration. Many a test writes to stderr also that it passed: that is told as no error.
   * Errors: OperationFailure CONFIGURATION_INVALID; SshError.
   */
  async check(command: string): Promise<void> {
    const said: Parameters<Tell>[] = [];
    let hasPassed = false;
    try {
      const result = await this.run(commandScript, command, (...line) => said.push(line));
      hasPassed = result.code === 0;
      if (hasPassed) return;
      const message = `The configuration test failed: ${command}`;
      throw new OperationFailure('CONFIGURATION_INVALID', message, { hostWords: wordsOf(result) });
    } finally {
      for (const [stream, line] of said) this.tell(hasPassed ? 'stdout' : stream, line);
    }
  }

  /** Errors: OperationFailure RELOAD_FAILED, PRIVILEGE_MISSING; SshError. */
  async reload(reload: Reload, username: string): Promise<void> {
    const isService = 'service' in reload;
    const result = await this.run(
      isService ? reloadScript : commandScript,
      isService ? `${reload.service}\n` : reload.command,
    );
    if (result.code === 0) return;
    const hostWords = wordsOf(result);
    if (isService && sudoRefusal(result.stderr) !== null) {
      const line = sudoersLine(username, ['/usr/bin/systemctl', ...reloadParameters(reload.service)]);
      throw new OperationFailure('PRIVILEGE_MISSING', `sudoers on the host needs the line: ${line}`, { hostWords });
    }
    const what = isService ? `${reload.service} did not reload.` : `The reload failed: ${reload.command}`;
    throw new OperationFailure('RELOAD_FAILED', what, { hostWords });
  }

  private run(script: string, input: string, onLine: Tell = this.tell): Promise<ScriptResult> {
    return this.session.runScript({ ...this.limit, script, input, deadlineMs: commandMs, onLine });
  }
}

const wordsOf = ({ stdout, stderr }: ScriptResult): string => stderr.trim() || stdout.trim();
