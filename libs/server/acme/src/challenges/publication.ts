import { AcmeError } from '../acme-error.js';
import { type Challenge, type Solver, sameChallenge } from './challenge.js';

/** Challenges on their way to be seen, and which of them are published by now, or may be. */
export class Publication {
  private readonly possible: Challenge[];

  /** @param before what may be published already: nothing that is refused now says that it is not */
  constructor(
    private readonly solver: Solver,
    before: readonly Challenge[] = [],
  ) {
    this.possible = [...before];
  }

  /** What is to be withdrawn. What was never begun, or refused, is not among it. */
  get presented(): readonly Challenge[] {
    return this.possible;
  }

  async show(challenges: readonly Challenge[], signal: AbortSignal): Promise<void> {
    for (const challenge of challenges) {
      signal.throwIfAborted();
      await this.present(challenge, signal);
    }
    if (challenges.length > 0) await this.solver.settle?.(challenges, signal);
  }

  private async present(challenge: Challenge, signal: AbortSignal): Promise<void> {
    const isNew = !this.possible.some((known) => sameChallenge(known, challenge));
    if (isNew) this.possible.push(challenge);
    try {
      await this.solver.present(challenge, signal);
    } catch (error) {
      if (isNew && isRefused(error)) this.possible.pop();
      throw error;
    }
  }
}

/** Whether it was not done, for certain, also where the caller's solver has told it in other words. */
function isRefused(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof AcmeError) return cause.code === 'DNS_REFUSED';
  return false;
}
