/** More of one line is dropped: none of those that mean something is longer than a terminal is wide. */
const longestLine = 2_000;

/** Makes whole lines of what is said piece by piece. A carriage return ends a line too: progress is written over itself. */
export class ConsoleLines {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split(/[\r\n]+/);
    this.#rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) this.#tell(line);
  }

  /** What was said last is a line, too. */
  end(): void {
    this.#tell(this.#rest);
    this.#rest = '';
  }

  #tell(line: string): void {
    const text = line.trimEnd().slice(0, longestLine);
    if (text !== '') this.#onLine(text);
  }
}
