/** What a line has started, ended in the opposite order, also when the line fails. */
export class CleanUp {
  private readonly ends: (() => Promise<unknown> | void)[] = [];
  private running: Promise<void> | undefined;

  /** Remembers how to end it, and gives it back. */
  with<Thing>(thing: Thing, end: (thing: Thing) => Promise<unknown> | void): Thing {
    this.ends.unshift(() => end(thing));
    return thing;
  }

  /** Goes on with the others when one cannot be ended, and throws at the end. Who calls again waits for the same. */
  run(): Promise<void> {
    return (this.running ??= this.endAll());
  }

  private async endAll(): Promise<void> {
    const faults: unknown[] = [];
    for (let end = this.ends.shift(); end; end = this.ends.shift()) {
      try {
        await end();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, `Not everything could be ended: ${faults.join('; ')}`);
  }
}
