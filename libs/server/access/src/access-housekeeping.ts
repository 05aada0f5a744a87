import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SessionsService } from './sessions/sessions.service.js';
import { ThrottleService } from './sign-in/throttle.service.js';

/** Milliseconds. Nothing depends on it being on time, so it has no schedule. */
const every = 60 * 60 * 1_000;

/** Forgets ended sessions and old failures. */
@Injectable()
export class AccessHousekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(AccessHousekeeping.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sessions: SessionsService,
    private readonly throttle: ThrottleService,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.prune(), every).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async prune(): Promise<void> {
    try {
      await this.sessions.prune();
      await this.throttle.prune();
    } catch (error) {
      this.logger.warn(`Ended sessions were not removed: ${String(error)}`);
    }
  }
}
