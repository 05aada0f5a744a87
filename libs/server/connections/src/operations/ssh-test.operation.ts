import {
  type OperationContext,
  OperationFailure,
  type OperationHandler,
  OperationHandlerFor,
  type OperationResult,
  type StepHandle,
} from '@lockstep/server-operations';
import { SshError, type SshSession, type StageObserver, seconds } from '@lockstep/server-ssh';
import { type ReachableHost, SshReach } from '../reach/ssh-reach.service.js';
import { asFailure, reportReaching } from './reach-report.js';
import { readProbe } from './probe-report.js';
import { probeScript } from './probe-script.js';
import { TestContributors } from './test-contributors.js';

const probeDeadlineMs = 20_000;
const sftpDeadlineMs = 20_000;

/** Really logs in to a host, by the way and with the credential that every other operation would use, and looks around. */
@OperationHandlerFor('ssh_test')
export class SshTestOperation implements OperationHandler {
  readonly type = 'ssh_test';
  readonly changesHost = false;
  /** Above the sum of its steps' deadlines, jump hosts included. */
  readonly deadlineMs = 300_000;
  readonly steps = [
    { name: 'resolve', title: 'Resolve the name', safety: 'read' },
    { name: 'connect', title: 'Connect', safety: 'read' },
    { name: 'host_key', title: 'Check the host key', safety: 'read' },
    { name: 'authenticate', title: 'Log in', safety: 'repeatable' },
    { name: 'probe', title: 'Look around', safety: 'read' },
    { name: 'sftp', title: 'Try SFTP', safety: 'repeatable' },
  ] as const;

  constructor(
    private readonly reach: SshReach,
    private readonly contributors: TestContributors,
  ) {}

  async run(context: OperationContext): Promise<OperationResult> {
    const begun = performance.now();
    const host = await asFailure(context, () => this.reach.find(context.operation.connectionId));
    const session = await asFailure(context, () =>
      this.reach.open(host, { signal: context.signal, observe: watch(context, host) }),
    );
    try {
      await this.lookAround({ context, session }, host);
      await session.close();
    } finally {
      session.destroy();
    }
    return { message: `${host.target.name} can be reached; tested in ${seconds(performance.now() - begun)}` };
  }

  private async lookAround({ context, session }: Login, host: ReachableHost): Promise<void> {
    if (host.platform === 'cisco_vos') {
      await this.askContributorsAlone({ context, session }, host);
      context.skip('sftp', 'Cisco VOS takes no files');
      return;
    }
    await context.step('probe', (step) => asFailure(context, () => this.probe({ context, session, step }, host)));
    await context.step('sftp', (step) => asFailure(context, () => this.trySftp({ context, session, step }, host)));
  }

  /** Where there is no shell that a script could be given to. */
  private async askContributorsAlone({ context, session }: Login, host: ReachableHost): Promise<void> {
    if (this.contributors.of(host.platform).length === 0) {
      context.skip('probe', 'Cisco VOS has no shell that could be asked');
      return;
    }
    await context.step('probe', (step) =>
      asFailure(context, async () => {
        step.summary((await this.askContributors({ context, session }, host)).join(', '));
      }),
    );
  }

  /** What the features above find out for themselves, in sentences. */
  private async askContributors({ context, session }: Login, host: ReachableHost): Promise<string[]> {
    const { signal } = context;
    const deadline = (usual: number): number => this.reach.deadline(usual);
    const sentences: string[] = [];
    for (const contributor of this.contributors.of(host.platform)) {
      try {
        const found = await contributor.lookAround({ connectionId: host.connectionId, session, signal, deadline });
        if (!found) continue;
        context.facts(found.facts);
        sentences.push(found.summary);
      } catch (error) {
        if (signal.aborted || session.failure || contributor.decides || !isToldFailure(error)) throw error;
        context.log('system', `${error.message}\n`);
      }
    }
    return sentences;
  }

  private async probe({ context, session, step }: At, host: ReachableHost): Promise<void> {
    const deadlineMs = this.reach.deadline(probeDeadlineMs);
    const result = await session.runScript({
      script: probeScript,
      deadlineMs,
      signal: context.signal,
      maximumOutput: 65_536,
    });
    if (result.stderr !== '') context.log('stderr', result.stderr);
    const report = readProbe(result.stdout);
    if (result.code !== 0 || report === null) {
      const hostWords = result.stderr || result.stdout;
      throw new SshError('COMMAND_FAILED', 'The host did not run a simple shell script.', { hostWords });
    }
    context.log('stdout', report.lines.map((line) => `${line}\n`).join(''));
    context.facts(report.facts);
    step.summary([report.summary, ...(await this.askContributors({ context, session }, host))].join(', '));
  }

  private async trySftp({ context, session, step }: At, { platform }: ReachableHost): Promise<void> {
    const limit = { deadlineMs: this.reach.deadline(sftpDeadlineMs), signal: context.signal };
    try {
      const sftp = await session.openSftp(limit);
      const home = await sftp.home(limit);
      const why = await sftp.whyNotWritable(home, limit);
      sftp.close();
      context.facts({ sftp: true, home, homeWritable: why === null });
      step.summary(why === null ? `${home} can be written to` : `${home} cannot be written to: ${why}`);
    } catch (error) {
      // Only systemd hosts are sent files; elsewhere its absence is a fact and no fault.
      if (!(error instanceof SshError) || error.code !== 'SFTP_UNAVAILABLE' || platform === 'systemd') throw error;
      context.facts({ sftp: false });
      step.summary('not available');
    }
  }
}

interface Login {
  readonly context: OperationContext;
  readonly session: SshSession;
}

interface At extends Login {
  readonly step: StepHandle;
}

const isToldFailure = (error: unknown): error is SshError | OperationFailure =>
  error instanceof SshError || error instanceof OperationFailure;

/** The stages of reaching a host become steps of the operation. */
const watch =
  (context: OperationContext, host: ReachableHost): StageObserver =>
  (stage, work) =>
    context.step(stage, (step) =>
      asFailure(context, async () => {
        const { value, message, facts } = await reportReaching(context, host, work);
        context.facts(facts);
        step.summary(message);
        return value;
      }),
    );
