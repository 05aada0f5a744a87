/** Seconds after the first, second … failed attempt; from then on the last. */
const pauses = [10, 60, 600, 3_600];
const daySeconds = 86_400;
/** Another side is not obeyed for longer. */
export const mostPauseSeconds = daySeconds;

/**
 * When a message is tried again, in seconds from now. Undefined: it is given up, a day after it was to be told.
 * @param attempts how many failed, at least 1
 * @param retryAfterSeconds what the other side asked for; at most a day of it is waited for
 */
export function nextAttemptIn(
  { attempts, ageSeconds }: { attempts: number; ageSeconds: number },
  retryAfterSeconds = 0,
): number | undefined {
  if (ageSeconds >= daySeconds) return undefined;
  const pause = pauses[Math.min(attempts, pauses.length) - 1] ?? 0;
  return Math.max(pause, Math.min(retryAfterSeconds, mostPauseSeconds));
}
