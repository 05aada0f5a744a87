import { setTimeout as sleep } from 'node:timers/promises';

/** Looks every 20 ms until the condition gives something, and gives that. @throws when the deadline (milliseconds) passes */
export async function waitUntil<Result>(
  what: string,
  look: () => Promise<Result | undefined> | Result | undefined,
  deadlineMilliseconds = 10_000,
): Promise<Result> {
  const deadline = performance.now() + deadlineMilliseconds;
  for (;;) {
    const result = await look();
    if (result !== undefined) return result;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${deadlineMilliseconds} ms`);
    await sleep(20);
  }
}
