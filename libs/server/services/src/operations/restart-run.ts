import type { OperationStep, ServiceMoment } from '@lockstep/contract';
import { asFailure, reportReaching } from '@lockstep/server-connections';
import {
  type OperationContext,
  OperationFailure,
  type OperationResult,
  wasCancelled,
} from '@lockstep/server-operations';
import { SshError, type StageObserver, seconds } from '@lockstep/server-ssh';
import type { ServiceLook, Tell } from '../drivers/service-driver.js';
import { endStopped, resolveDoubt, tooLate } from './restart-doubt.js';
import { lastWords, readMoment, toMoment, wordsOf } from './restart-facts.js';
import type { RestartParts } from './restart-parts.js';
import { watchService } from './restart-watch.js';

const restartStepOf = ({ operation }: OperationContext): OperationStep | undefined =>
  operation.steps.find(({ name }) => name === 'restart');

/** Whether a worker before this one announced the restart. Whether it came to it is not known from this. */
export const wasAsked = (context: OperationContext): boolean => restartStepOf(context)?.startedAt != null;

/** One worker's run of a restart: the steps in the order in which they come. */
export class RestartRun {
  private before: ServiceMoment | undefined;

  constructor(private readonly parts: RestartParts) {
    this.before = readMoment(parts.context.operation.metadata);
  }

  reachHost(): Promise<void> {
    const { context, host, link } = this.parts;
    return context.step('reach', (step) =>
      asFailure(context, async () => {
        const observe: StageObserver = async (stage, work) => {
          const { value, message, facts } = await work();
          context.facts(facts);
          context.log('system', `${stage}: ${message}\n`);
          step.summary(message);
          return value;
        };
        await reportReaching(context, host, () => link.open(context.signal, observe));
      }),
    );
  }

  /** What is found here is committed with the start of the next step, and so before anything is done to the host. */
  lookBefore(): Promise<void> {
    const { context, driver, link, name } = this.parts;
    return context.step('before', (step) =>
      asFailure(context, async () => {
        const look = await link.use(context.signal, (host) => driver.look(host, name));
        this.parts.lastLook = look;
        this.before = toMoment(look);
        context.facts({ before: this.before });
        step.summary(look.name === name ? wordsOf(look) : `${look.name}: ${wordsOf(look)}`);
      }),
    );
  }

  async testConfiguration(): Promise<void> {
    const { context, driver, link } = this.parts;
    const name = this.realName;
    if (this.parts.configurationTest(name) === null) {
      context.skip('check', 'No test is known for this service');
      return;
    }
    await context.step('check', (step) =>
      asFailure(context, async () => {
        const test = await link.use(context.signal, (host) => driver.testConfiguration(host, name));
        if (!test) return;
        const { command, passed, words: hostWords } = test;
        if (hostWords !== '') context.log(passed === false ? 'stderr' : 'stdout', `${hostWords}\n`);
        if (passed === false) {
          const message = `${command} found a fault; nothing was restarted.`;
          throw new OperationFailure('CONFIGURATION_INVALID', message, { hostWords });
        }
        step.summary(passed ? `${command} passed` : `${command} was not run: ${hostWords}`);
      }),
    );
  }

  /** Asks for it once, and finds out what that did. */
  restart(): Promise<void> {
    const { context, driver, link, name } = this.parts;
    return this.restartStep(async (before) => {
      const askedAtMs = performance.now();
      const tell: Tell = (stream, line) => context.log(stream, `${line}\n`);
      const failure = await link
        .use(context.signal, (host) => driver.restart(host, name, tell))
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      await resolveDoubt(this.parts, { before, askedAtMs, failure });
    });
  }

  /** A worker before this one was lost after it announced the restart: the host is asked, and never told again. */
  async resume(): Promise<OperationResult> {
    const request = { askedAtMs: performance.now(), failure: new Error('The worker was lost') };
    if (this.parts.context.signal.aborted) return endStopped(this.parts, { ...request, before: this.knownBefore });
    if (restartStepOf(this.parts.context)?.status !== 'completed') {
      await this.restartStep((before) => resolveDoubt(this.parts, { before, ...request }));
    }
    return this.prove();
  }

  /** Completed is what the host shows: another run, active for the settle time. */
  async prove(): Promise<OperationResult> {
    const { name, settleMs } = this.parts;
    const after = await this.afterRestart(() => this.watch());
    await this.afterRestart(() => this.readLog());
    return {
      message: after.finished
        ? `${name} ran again, to a good end`
        : `${name} was restarted and has been active for ${seconds(settleMs)}`,
    };
  }

  private get knownBefore(): ServiceMoment {
    if (this.before) return this.before;
    throw new OperationFailure('OUTCOME_UNKNOWN', 'How the service was before the restart is not known.', {
      effect: 'unknown',
    });
  }

  /** As the host itself calls it, where the target is an alias. */
  private get realName(): string {
    return this.before?.name ?? this.parts.name;
  }

  private async restartStep(body: (before: ServiceMoment) => Promise<void>): Promise<void> {
    const { context } = this.parts;
    const before = this.knownBefore;
    try {
      await context.step('restart', () => body(before));
    } catch (error) {
      if (isApplied(error) && error.code === 'RESTART_FAILED') context.skip('watch', 'The restart failed');
      throw await this.withLog(error);
    }
  }

  private watch(): Promise<ServiceLook> {
    const { context, driver, link, limitMs, name, settleMs } = this.parts;
    const onLook = (look: ServiceLook, steadyMs: number): void => {
      this.parts.saw(look);
      context.progress(0, `${name} is ${wordsOf(look)}, for ${seconds(steadyMs)} of ${seconds(settleMs)}`);
    };
    return context.step('watch', async (step) => {
      const untilMs = performance.now() + limitMs + settleMs;
      const oldInvocation = this.knownBefore.invocation;
      const { signal } = context;
      const look = await watchService({ driver, link, name, oldInvocation, settleMs, onLook, untilMs, signal });
      step.summary(look.finished ? `ended well: ${wordsOf(look)}` : `${wordsOf(look)} for ${seconds(settleMs)}`);
      return look;
    });
  }

  /** The newest words since the restart. That they cannot be read changes nothing about it. */
  private readLog(): Promise<string> {
    const { context, driver, link } = this.parts;
    return context.step('log', async (step) => {
      try {
        const since = new Date(this.knownBefore.at);
        const lines = await link.use(context.signal, (host) => driver.log(host, this.realName, since));
        context.log('stdout', lines.map((line) => `${line}\n`).join(''));
        step.summary(`${String(lines.length)} lines`);
        return lastWords(lines);
      } catch (error) {
        if (!(error instanceof OperationFailure || error instanceof SshError)) throw error;
        step.summary(error.message);
        return '';
      }
    });
  }

  /** Work after the restart was seen to have happened: however that fails, it has happened. */
  private async afterRestart<Result>(work: () => Promise<Result>): Promise<Result> {
    const { context, name } = this.parts;
    try {
      return await work();
    } catch (error) {
      if (wasCancelled(context.signal)) throw await this.cancelledLate();
      if (error instanceof SshError) {
        const message = `${name} was restarted, but the host could not be asked whether it stays up: ${error.message}`;
        throw new OperationFailure('OUTCOME_UNKNOWN', message, { effect: 'unknown', cause: error });
      }
      throw await this.withLog(error);
    }
  }

  private async cancelledLate(): Promise<OperationFailure> {
    const { driver, link, name } = this.parts;
    const own = AbortSignal.timeout(10_000);
    const look = await link.use(own, (host) => driver.look(host, name)).catch(() => this.parts.lastLook);
    if (look) this.parts.saw(look);
    return tooLate(this.parts, look ?? { state: 'unknown', subState: null });
  }

  /** A service that was restarted and failed: what its log says goes with it. */
  private async withLog(error: unknown): Promise<unknown> {
    if (!isApplied(error) || this.parts.context.signal.aborted) return error;
    // Also when someone stops it now: what is known already is not lost for its log.
    const log = await this.readLog().catch(() => '');
    const words = [error.hostWords ?? '', log].filter((text) => text !== '');
    return new OperationFailure(error.code, error.message, {
      effect: error.effect,
      cause: error,
      ...(words.length > 0 && { hostWords: words.join('\n') }),
    });
  }
}

const isApplied = (error: unknown): error is OperationFailure =>
  error instanceof OperationFailure && error.effect === 'applied';
