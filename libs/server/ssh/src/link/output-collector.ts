import { StringDecoder } from 'node:string_decoder';

export type OutputStream = 'stdout' | 'stderr';

export interface CollectorOptions {
  readonly stream: OutputStream;
  /** What is kept, in characters; the rest is read and dropped. */
  readonly maximum: number;
  readonly onLine?: ((stream: OutputStream, line: string) => void) | undefined;
}

const maximumLine = 8_192;
/** Ends a text of which the rest was dropped. */
export const cutMark = '… (cut)';

/** Collects one output stream of a command: bounded, in whole lines, with NUL (which Postgres cannot keep) replaced. */
export class OutputCollector {
  readonly #options: CollectorOptions;
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  #line = '';
  #cut = false;
  #announced = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  get text(): string {
    return this.#cut ? `${this.#text}\n${cutMark}` : this.#text;
  }

  get isCut(): boolean {
    return this.#cut;
  }

  push(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  end(): void {
    this.#take(this.#decoder.end());
    if (this.#line !== '') this.#announce(this.#line);
    this.#line = '';
  }

  #take(raw: string): void {
    const piece = raw.replaceAll('\u0000', '\uFFFD');
    const room = this.#options.maximum - this.#text.length;
    this.#text += piece.slice(0, room);
    if (piece.length > room) this.#cut = true;
    const lines = (this.#line + piece).split('\n');
    this.#line = (lines.pop() ?? '').slice(0, maximumLine);
    for (const line of lines) this.#announce(line);
  }

  /** Live lines are bounded like the text is, so that a flood does not reach whoever listens. */
  #announce(line: string): void {
    if (this.#announced > this.#options.maximum) return;
    this.#announced += line.length + 1;
    const shown = this.#announced > this.#options.maximum ? cutMark : line.replace(/\r$/, '').slice(0, maximumLine);
    this.#options.onLine?.(this.#options.stream, shown);
  }
}
