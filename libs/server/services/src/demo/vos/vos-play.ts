import { setTimeout as pause } from 'node:timers/promises';
import type { ServerChannel } from 'ssh2';

/** One thing that a simulated console does: says a text, is silent for some milliseconds, waits for a key, or something else. */
export type VosMove =
  string | { readonly waitMs: number } | { readonly key: 'any' } | { readonly act: (channel: ServerChannel) => void };

/** A simulated command line interface of Cisco VOS. */
export interface VosPlay {
  /** What it does before its first prompt. */
  readonly banner: readonly VosMove[];
  /** What it does when a line was typed. A prompt follows, unless the last thing said ends with one. */
  answer(line: string): Iterable<VosMove>;
}

const vosPrompt = 'admin:';
const mostTyped = 10_000;

/** Plays it on a channel until that is closed: echo, lines, keys, prompt, as the real one does on a terminal. */
export async function playVosConsole(channel: ServerChannel, play: VosPlay): Promise<void> {
  const stage = new Stage(channel);
  await stage.perform(play.banner);
  for (let line = await stage.ask(); line !== undefined; line = await stage.ask()) {
    if (line === 'exit') channel.close();
    else if (line.trim() !== '') await stage.perform(play.answer(line));
  }
}

class Stage {
  private readonly keyboard: Keyboard;
  private last = '';

  constructor(private readonly channel: ServerChannel) {
    this.keyboard = new Keyboard(channel);
  }

  /** Gives the prompt, unless that was said last, and takes a line; undefined when nobody is there any more. */
  async ask(): Promise<string | undefined> {
    if (this.last !== vosPrompt) this.say(vosPrompt);
    const line = await this.keyboard.line();
    if (line !== undefined) this.say(`${line}\n`);
    return line;
  }

  async perform(moves: Iterable<VosMove>): Promise<void> {
    const { gone } = this.keyboard;
    for (const move of moves) {
      if (gone.aborted) return;
      if (typeof move === 'string') this.say(move);
      else if ('waitMs' in move) await pause(move.waitMs, undefined, { signal: gone }).catch(() => undefined);
      else if ('key' in move) await this.keyboard.key();
      else move.act(this.channel);
    }
  }

  /** On a terminal a line ends with carriage return and line feed. */
  private say(text: string): void {
    this.last = (this.last + text).slice(-vosPrompt.length);
    if (this.channel.writable) this.channel.write(text.replace(/\r?\n/g, '\r\n'));
  }
}

/** What was typed and not yet taken. */
class Keyboard {
  private readonly controller = new AbortController();
  private typed = '';
  private wake: () => void = () => undefined;

  constructor(channel: ServerChannel) {
    const leave = (): void => {
      this.controller.abort();
      this.wake();
    };
    for (const event of ['close', 'end', 'error']) channel.on(event, leave);
    channel.on('data', (chunk: Buffer) => {
      this.typed = (this.typed + chunk.toString('latin1')).slice(0, mostTyped);
      this.wake();
    });
  }

  get gone(): AbortSignal {
    return this.controller.signal;
  }

  /** The next line without its end; undefined when nobody is there any more. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.typed.search(/[\r\n]/);
      const line = this.typed.slice(0, Math.max(end, 0));
      if (end >= 0) this.typed = this.typed.slice(end + 1);
      if (end >= 0) return line;
      if (this.gone.aborted) return undefined;
      await this.more();
    }
  }

  /** One key, which is not shown. */
  async key(): Promise<void> {
    while (this.typed === '' && !this.gone.aborted) await this.more();
    this.typed = this.typed.slice(1);
  }

  private more(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
