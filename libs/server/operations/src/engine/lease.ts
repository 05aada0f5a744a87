import { leaseMarginMs, leaseSeconds } from './engine-options.js';

/** Why a run was told to stop. */
export type StopReason = 'cancel' | 'deadline' | 'lease_lost' | 'handover';

export class RunStopped extends Error {
  constructor(readonly reason: StopReason) {
    super(`The run was stopped: ${reason}`);
  }
}

/** A claim's time, on this process's monotonic clock: it goes on counting while the process is frozen. */
export class Lease {
  private renewedAtMs: number;

  constructor(
    readonly operationId: string,
    readonly fence: number,
    claimedAtMs: number,
  ) {
    this.renewedAtMs = claimedAtMs;
  }

  /** `startedAtMs` is `performance.now()` from before the renewal was sent. */
  renewed(startedAtMs: number): void {
    this.renewedAtMs = startedAtMs;
  }

  /** Milliseconds for which nobody else can have taken over; 0 or less: stop and write nothing more. */
  trustedForMs(): number {
    return this.renewedAtMs + leaseSeconds * 1_000 - leaseMarginMs - performance.now();
  }
}
