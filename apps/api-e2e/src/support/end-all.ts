interface Ending {
  dispose?(): Promise<unknown>;
  stop?(): Promise<unknown>;
}

/** For `afterAll`: ends what was started, also when a start before it failed, and tells the first that would not end. */
export async function endAll(...started: (Ending | undefined)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const each of started) {
    await (each?.dispose?.() ?? each?.stop?.())?.catch((error: unknown) => faults.push(error));
  }
  if (faults.length > 0) throw faults[0];
}
