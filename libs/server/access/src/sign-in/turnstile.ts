/**
 * Lets a few through at a time and the rest wait in order. Password checks take memory and a core each, and a burst of
 * guesses must be counted one by one before the next is tried.
 */
export class Turnstile {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly places: number,
    private readonly longestQueue: number,
  ) {}

  get isFull(): boolean {
    return this.waiting.length >= this.longestQueue;
  }

  async pass<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.inside >= this.places) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.inside += 1;
    try {
      return await act();
    } finally {
      // The place is handed over, so that nobody slips in between.
      const next = this.waiting.shift();
      if (next === undefined) this.inside -= 1;
      else next();
    }
  }
}
