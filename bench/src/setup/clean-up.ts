/** What a line has started, ended in the opposite order, also when the line fails. */
export class CleanUp {
  private readonly ends: (() => Promise<unknown> | void)[] = [];

  /** Remembers how to end it, and gives it back. */
  with<Thing>(thing: Thing, end: (thing: Thing) => Promise<unknown> | void): Thing {
    this.ends.unshift(() => end(thing));
    return thing;
  }

  async run(): Promise<void> {
    for (const end of this.ends.splice(0)) await end();
  }
}
