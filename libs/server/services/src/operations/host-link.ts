import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceSettings } from '@lockstep/contract';
import { type ReachableHost, type SshReach, isPassing } from '@lockstep/server-connections';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import { SshError, type SshSession, type StageObserver } from '@lockstep/server-ssh';
import type { DriverHost } from '../drivers/service-driver.js';

type Work<Result> = (host: DriverHost) => Promise<Result>;

/** Until when something is tried again. */
export interface Patience {
  readonly signal: AbortSignal;
  /** On the clock of `performance.now()`. */
  readonly untilMs: number;
}

/** Milliseconds between two tries, growing from the first to the last. */
const [shortestPause, longestPause] = [500, 5_000];

/** The login to one host for one operation, made again where it was lost. */
export class HostLink {
  private session: SshSession | undefined;

  constructor(
    private readonly host: ReachableHost,
    private readonly reach: SshReach,
    private readonly settings: ServiceSettings,
  ) {}

  /** Logs in where that is not done. Errors: SshError, or the signal's reason. */
  async open(signal: AbortSignal, observe?: StageObserver): Promise<SshSession> {
    if (this.session?.failure) this.destroy();
    this.session ??= await this.reach.open(this.host, { signal, ...(observe && { observe }) });
    return this.session;
  }

  /** One try. A link that broke or hangs is given up. */
  async use<Result>(signal: AbortSignal, work: Work<Result>): Promise<Result> {
    const session = await this.open(signal);
    const deadline = (usual: number): number => this.reach.deadline(usual);
    try {
      return await work({ session, settings: this.settings, signal, deadline });
    } catch (error) {
      if (error instanceof SshError) this.destroy();
      throw error;
    }
  }

  /**
   * For what may be done any number of times: tries again, with pauses, where the host cannot be reached or the link breaks.
   * Errors: the last SshError once the time is over, one that does not pass by itself at once, or the signal's reason.
   */
  async insist<Result>({ signal, untilMs }: Patience, work: Work<Result>): Promise<Result> {
    const late = AbortSignal.timeout(Math.max(1, Math.ceil(untilMs - performance.now())));
    const either = AbortSignal.any([signal, late]);
    let last: Error = new SshError('COMMAND_TIMEOUT', 'The host did not answer in time.');
    for (let waitMs = shortestPause; ; waitMs = Math.min(2 * waitMs, longestPause)) {
      try {
        return await this.use(either, work);
      } catch (error) {
        if (signal.aborted) throw error;
        if (late.aborted) throw last;
        if (!passes(error)) throw error;
        if (error instanceof SshError) last = error;
      }
      await pause(waitMs, undefined, { signal: either }).catch(() => undefined);
    }
  }

  /** Leaves politely. */
  async close(): Promise<void> {
    await this.session?.close();
    this.destroy();
  }

  destroy(): void {
    this.session?.destroy();
    this.session = undefined;
  }
}

const passes = (error: unknown): boolean => isPassing(error) || isDatabaseUnavailable(error);
