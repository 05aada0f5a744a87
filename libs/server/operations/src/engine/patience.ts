/** Waits until the work settles, however it does, at most so many milliseconds. Leaves no timer behind. */
export async function waitAtMost(work: Promise<unknown> | undefined, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([Promise.allSettled([work]), late]);
  clearTimeout(timer);
}

/**
 * Settles like the work; but when the signal says to stop and the work does not within the grace, it is not waited for any
 * longer and this rejects with the signal's reason. What it still does then is nobody's.
 */
export async function unlessStuck<Result>(
  work: Promise<Result>,
  { signal, graceMs }: { signal: AbortSignal; graceMs: number },
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => undefined;
  const stuck = new Promise<never>((_resolve, reject) => {
    onAbort = () => (timer = setTimeout(() => reject(signal.reason as Error), graceMs));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, stuck]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
