/**
 * One read at a time. What is asked for while an answer is under way is asked for once more after it: answers cannot
 * overtake each other, and the last one was read after the last call.
 */
export class OneRead {
  private current: Promise<void> | null = null;
  private isOld = false;

  /** `read` tells of its own failures; it never rejects. */
  constructor(private readonly read: () => Promise<void>) {}

  /** Resolves when what was read is newer than this call. */
  async again(): Promise<void> {
    this.isOld = true;
    this.current ??= this.readUntilNew();
    await this.current;
  }

  private async readUntilNew(): Promise<void> {
    while (this.isOld) {
      this.isOld = false;
      await this.read();
    }
    this.current = null;
  }
}
