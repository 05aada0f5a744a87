import { RateLimited } from './acme-error.js';
import { pause } from './limit.js';

const [firstMs, longestMs] = [5, 1_000];
/** Who asks for more patience is come back to later, with the worker free meanwhile. */
const patienceMs = 30_000;

export interface Look<Value> {
  readonly value: Value;
  /** What the CA asks us to wait (RFC 8555 §7.5.1), if it does. */
  readonly retryAfter: Date | undefined;
}

/**
 * Looks until something is no longer pending: at once, after 5 ms, then with growing steps of at most 1 s, or when the CA
 * says. `told` is what it said before the first look, if it did.
 * @throws {RateLimited} when the CA wants more than 30 s between two looks
 */
export async function pollUntil<Value>(
  look: () => Promise<Look<Value>>,
  options: {
    readonly done: (value: Value) => boolean;
    readonly signal: AbortSignal;
    readonly told?: Look<Value> | undefined;
  },
): Promise<Value> {
  const { done, signal, told } = options;
  if (told && done(told.value)) return told.value;
  if (told?.retryAfter) await pause(msAsked(told.retryAfter), signal);
  for (let step = firstMs; ; step = Math.min(step * 2, longestMs)) {
    const { value, retryAfter } = await look();
    if (done(value)) return value;
    await pause(Math.max(step, msAsked(retryAfter)), signal);
  }
}

function msAsked(retryAfter: Date | undefined): number {
  if (!retryAfter) return 0;
  const asked = retryAfter.getTime() - Date.now();
  if (asked > patienceMs) throw new RateLimited(retryAfter, `The CA asks to come back at ${retryAfter.toISOString()}.`);
  return asked;
}
