const marker = /\[\s*(STOPPING|STOPPED|STARTING|RUNNING|STARTED|FAILED)\s*\]/g;

/** What a restart has told about one service so far, by the markers of its lines. */
export class RestartMarkers {
  readonly #name: string;
  #last: string | undefined;
  #hasBegun = false;

  constructor(name: string) {
    this.#name = plain(name);
  }

  /** The newest one, or undefined. */
  get last(): string | undefined {
    return this.#last;
  }

  /** Whether the host began to stop or to start the service. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** A marker without a name is meant for the service; one behind another service's name is not. */
  read(line: string): void {
    let from = 0;
    for (const { 0: whole, 1: word = '', index } of line.matchAll(marker)) {
      const before = plain(line.slice(from, index));
      from = index + whole.length;
      if (before !== '' && !before.endsWith(this.#name)) continue;
      this.#last = word;
      this.#hasBegun ||= word !== 'FAILED';
    }
  }
}

/** Dots and spaces between name and marker are decoration. */
const plain = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/^ |[ .:]+$/g, '')
    .toLowerCase();
