import type { FindingState, ReadinessFinding } from '@lockstep/contract';
import { SshReach, reportReaching } from '@lockstep/server-connections';
import {
  type OperationContext,
  OperationFailure,
  type OperationHandler,
  OperationHandlerFor,
  type OperationResult,
} from '@lockstep/server-operations';
import { NetworkPolicy } from '@lockstep/server-ssh';
import { HostLink } from '../deployment/host-link.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import { type Trial, findingOf, well } from '../rehearsal/finding.js';
import { HostRehearsal } from '../rehearsal/host-rehearsal.js';
import { ChallengeTrials } from '../rehearsal/challenge-trials.js';
import { IssuerTrials } from '../rehearsal/issuer-trials.js';
import { CertificateReader } from './certificate-reader.js';

const notReached = 'The host was not reached';

type Look = () => Promise<ReadinessFinding[]>;

/** Milliseconds that taking back what is shown may take when it was stopped. */
const takeBackMs = 90_000;

/**
 * Whether a renewal would get through on one connection: tells all that stands in its way. Changes nothing; what has to be
 * shown for a moment, to prove names, is taken back in every exit path. As in a renewal, the issuer is the affair of the
 * first target's connection.
 */
@OperationHandlerFor('certificate_rehearsal')
export class CertificateRehearsalOperation implements OperationHandler {
  readonly type = 'certificate_rehearsal';
  readonly changesHost = false;
  readonly deadlineMs = 900_000;
  readonly graceMs = takeBackMs;
  readonly steps = [
    { name: 'issuer', title: 'Ask whether the issuer would sign', safety: 'repeatable' },
    { name: 'reach', title: 'Reach the host', safety: 'repeatable' },
    { name: 'challenge', title: 'See whether the names can be proved', safety: 'repeatable' },
    { name: 'files', title: 'Look at folders and files', safety: 'repeatable' },
    { name: 'configuration', title: 'Test the configuration', safety: 'repeatable' },
    { name: 'reload', title: 'See whether the server may be reloaded', safety: 'repeatable' },
    { name: 'endpoints', title: 'See what is served now', safety: 'repeatable' },
  ] as const;

  constructor(
    private readonly certificates: CertificateReader,
    private readonly reach: SshReach,
    private readonly policy: NetworkPolicy,
    private readonly issuers: IssuerTrials,
    private readonly challenges: ChallengeTrials,
  ) {}

  async run(context: OperationContext): Promise<OperationResult> {
    const certificate = await this.certificates.read(Number(context.operation.target));
    const rehearsal = new Rehearsal(context);
    const isFirst = certificate.targets?.[0]?.connectionId === context.operation.connectionId;
    if (isFirst) await rehearsal.look('issuer', 'issuer', () => this.issuers.tryIssuer(certificate, context.signal));
    else for (const step of ['issuer', 'challenge']) context.skip(step, 'It is tried with the first host');
    const opened: Opened = {};
    try {
      await this.open(rehearsal, certificate, opened);
      const { link, host } = opened;
      if (isFirst) await this.tryChallenge(rehearsal, certificate, host);
      if (host) await this.lookAround(rehearsal, host);
      else for (const { name } of this.steps.slice(3)) context.skip(name, notReached);
      await link?.close();
    } finally {
      opened.link?.destroy();
    }
    return rehearsal.end();
  }

  /** Logs in once, and finds out who that is there. */
  private async open(rehearsal: Rehearsal, certificate: CertificateEntity, opened: Opened): Promise<void> {
    const { context } = rehearsal;
    const { connectionId } = context.operation;
    await rehearsal.look('reach', 'login', async () => {
      const host = await this.reach.find(connectionId);
      const tell = (stream: 'stdout' | 'stderr', line: string): void => context.log(stream, `${line}\n`);
      const link = await reportReaching(context, host, () =>
        HostLink.open(this.reach, host, { signal: context.signal, tell }),
      );
      opened.link = link;
      const targets = (certificate.targets ?? []).filter((target) => target.connectionId === connectionId);
      opened.host = await HostRehearsal.begin(link, targets);
      const { username, name } = host.target;
      return [
        well({ topic: 'login', tried: `Log in as ${username}` }, `${name} showed its approved key and let it in.`),
      ];
    });
  }

  /** A login that was refused is not tried again for the files of proofs. */
  private async tryChallenge(
    rehearsal: Rehearsal,
    certificate: CertificateEntity,
    host: HostRehearsal | undefined,
  ): Promise<void> {
    const { context } = rehearsal;
    const look = this.challenges.of(certificate, context);
    if (look === null) context.skip('challenge', 'This issuer asks for no proof');
    else if (!host && isProvedOn(context.operation.connectionId, certificate)) context.skip('challenge', notReached);
    else await rehearsal.look('challenge', 'challenge', look);
  }

  private async lookAround(rehearsal: Rehearsal, host: HostRehearsal): Promise<void> {
    await rehearsal.look('files', 'folder', () => host.files());
    await rehearsal.look('configuration', 'configuration', () => host.configuration());
    await rehearsal.look('reload', 'reload', () => host.reload());
    await rehearsal.look('endpoints', 'endpoint', () => host.endpoints(this.policy, rehearsal.context.signal));
  }
}

function isProvedOn(connectionId: number, { issuer }: CertificateEntity): boolean {
  const challenge = issuer?.acme?.challenge;
  const isByFile = challenge?.kind === 'http-01' && challenge.answeredBy === 'host';
  return isByFile && (challenge.connectionId ?? connectionId) === connectionId;
}

/** What was opened is closed, however far it came. */
interface Opened {
  link?: HostLink;
  host?: HostRehearsal;
}

/** The findings of one run, step by step. */
class Rehearsal {
  private readonly findings: ReadinessFinding[] = [];

  constructor(readonly context: OperationContext) {}

  /** One step. It fails by what blocks, and the next one is taken all the same. */
  async look(step: string, topic: Trial['topic'], look: Look): Promise<void> {
    const trial: Trial = {
      topic,
      tried: this.context.operation.steps.find(({ name }) => name === step)?.title ?? step,
    };
    const advice = 'See what the host says, then check again.';
    try {
      await this.context.step(step, async (handle) => {
        const found = await findingOf(trial, { advice, look });
        this.context.signal.throwIfAborted();
        this.findings.push(...found);
        this.context.facts({ findings: this.findings });
        const blocks = found.filter(({ state }) => state === 'blocks');
        if (blocks.length > 0) throw new NotReady(blocks);
        handle.summary(summaryOf(found));
      });
    } catch (error) {
      if (!(error instanceof NotReady)) throw error;
    }
  }

  end(): OperationResult {
    const blocks = this.findings.filter(({ state }) => state === 'blocks');
    if (blocks.length > 0) throw new NotReady(blocks);
    return { message: `A renewal would get through: ${summaryOf(this.findings)}` };
  }
}

class NotReady extends OperationFailure {
  constructor(blocks: readonly ReadinessFinding[]) {
    const [first, ...more] = blocks.map(({ found }) => found);
    const others = more.length === 0 ? '' : ` And ${String(more.length)} more in the findings.`;
    super('NOT_READY', `${first ?? ''}${others}`);
  }
}

const summaryOf = (findings: readonly ReadinessFinding[]): string => {
  const count = (wanted: FindingState): number => findings.filter(({ state }) => state === wanted).length;
  const [warnings, notTried] = [count('warning'), count('not_tried')];
  return [
    `${String(count('ok'))} well`,
    ...(warnings > 0 ? [`${String(warnings)} to know about`] : []),
    ...(notTried > 0 ? [`${String(notTried)} not tried`] : []),
  ].join(', ');
};
