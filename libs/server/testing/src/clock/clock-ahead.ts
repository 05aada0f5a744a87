import { rm } from 'node:fs/promises';
import { whyMissing } from '../process/program.js';

/** Why no process can be given a clock of its own here, or undefined when it can. */
export const whyNoClockAhead = (): Promise<string | undefined> => whyMissing('/usr/bin/faketime', 'faketime');

/**
 * Environment of a process whose clock is so many days ahead, and of its children. What counts milliseconds (timers, waits)
 * stays true.
 */
export const clockAhead = (days: number): Record<string, string> => ({
  // The loader puts the machine's own library folder in the place of `$LIB` (ld.so(8)).
  LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1',
  FAKETIME: `+${String(days)}d`,
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
});

/**
 * Removes the names of what such a process shares with the programs that it starts, which it keeps. One that has become another
 * program, as a shell does by `exec`, would leave them for ever.
 */
export async function forgetSharedClock(processId: number): Promise<void> {
  const names = ['sem.faketime_sem', 'faketime_shm'].map((name) => `/dev/shm/${name}_${String(processId)}`);
  await Promise.all(names.map((name) => rm(name, { force: true })));
}
