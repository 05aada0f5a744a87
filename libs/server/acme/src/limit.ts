import { AcmeError } from './acme-error.js';

/** How long something may take, in milliseconds above 0, and what may stop it earlier. */
export interface Limit {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/** A deadline that runs: `signal` is aborted by it or by the caller, with the reason to throw. */
export interface RunningLimit {
  readonly signal: AbortSignal;
  readonly stop: () => void;
}

/** Starts the clock. `what` begins the sentence of the error. */
export function startLimit(limit: Limit, what: string): RunningLimit {
  const clock = new AbortController();
  const error = (): AcmeError =>
    new AcmeError('DEADLINE', `${what} did not end within ${String(Math.round(limit.deadlineMs / 1_000))} s.`);
  const timer = setTimeout(() => clock.abort(error()), limit.deadlineMs);
  return {
    signal: limit.signal ? AbortSignal.any([limit.signal, clock.signal]) : clock.signal,
    stop: () => clearTimeout(timer),
  };
}

/** Runs `work`, and settles in time whatever it does. Rejects with the reason of the abort. */
export async function within<Value>(
  limit: Limit,
  what: string,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const { signal, stop } = startLimit(limit, what);
  try {
    signal.throwIfAborted();
    return await Promise.race([work(signal), abortOf(signal)]);
  } catch (error) {
    // Whatever the abort broke inside: what counts is why it was aborted.
    signal.throwIfAborted();
    throw error;
  } finally {
    stop();
  }
}

/** Waits; an abort ends it at once, with its reason. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
