/** How long a stage may take and what may stop it earlier. */
export interface StageLimit {
  /** Milliseconds, above 0. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

export interface DeadlineOptions extends StageLimit {
  /** The failure that means "not in time". */
  readonly timeout: () => Error;
  /** Frees what the work holds; called once when the deadline or the signal wins. */
  readonly giveUp?: () => void;
}

/**
 * Runs `begin`, but no longer than the deadline and not beyond an abort: the returned promise always settles in time,
 * whatever the work does. Rejects with `timeout()`, or with the signal's reason.
 */
export function withinDeadline<Value>(options: DeadlineOptions, begin: () => Promise<Value>): Promise<Value> {
  const { signal } = options;
  return new Promise<Value>((resolve, reject) => {
    if (signal?.aborted) {
      options.giveUp?.();
      reject(abortReason(signal));
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const stop = (reason: Error): void => {
      finish();
      options.giveUp?.();
      reject(reason);
    };
    const onAbort = (): void => stop(abortReason(signal));
    const timer = setTimeout(() => stop(options.timeout()), options.deadlineMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    begin().then(
      (value) => {
        finish();
        resolve(value);
      },
      (error: Error) => {
        finish();
        reject(error);
      },
    );
  });
}

/** The reason of an aborted signal as an Error. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason === undefined ? new DOMException('The operation was stopped', 'AbortError') : (reason as Error);
}
