import { Logger } from '@nestjs/common';
import type { LiveSession } from './live-session.js';

/** Milliseconds after which rights that could not be read are looked at again. */
const againMs = 500;

/**
 * Looks at the rights of sockets, one round after the other: of two rounds at once the one that read first could be applied
 * last, and give back what was taken away. What is asked for during a round is one round more, however often it is asked for.
 */
export class RightsCheck {
  private readonly logger = new Logger('Live');
  private readonly waiting = new Set<LiveSession>();
  private working = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  /** `round` answers the sessions that it could not decide about. */
  constructor(private readonly round: (sessions: readonly LiveSession[]) => Promise<readonly LiveSession[]>) {}

  /** Each of them will be looked at, with rights read after this call, until that has worked. */
  check(sessions: Iterable<LiveSession>): void {
    for (const session of sessions) this.waiting.add(session);
    void this.work();
  }

  forget(session: LiveSession): void {
    this.waiting.delete(session);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    clearTimeout(this.timer);
    while (this.waiting.size > 0 && !this.stopped) {
      const sessions = [...this.waiting];
      this.waiting.clear();
      try {
        for (const session of await this.round(sessions)) this.waiting.add(session);
      } catch (error) {
        this.logger.error(error);
        for (const session of sessions) this.waiting.add(session);
        break;
      }
    }
    this.working = false;
    if (this.waiting.size > 0 && !this.stopped) this.timer = setTimeout(() => void this.work(), againMs);
  }
}
