import type { LogLine } from '@lockstep/contract';
import { cleanText, truncate } from './text.js';

/** Bytes of output kept for one operation. */
export const outputLimit = 1_048_576;
/** Bytes of one line; a longer one is continued on the next. */
const lineLimit = 16_384;
/** Lines of one event. */
const linesPerEvent = 200;

/**
 * Collects a run's output between two writes: cuts text into lines and stops at the limit, so that a command that prints
 * without end costs bounded memory.
 */
export class JoinedOutput {
  private lines: LogLine[] = [];
  private readonly partial = new Map<LogLine['stream'], string>();
  private cut = false;

  constructor(private bytes: number) {}

  add(stream: LogLine['stream'], text: string, step: string | null): void {
    if (this.cut) return;
    const parts = ((this.partial.get(stream) ?? '') + text).split(/\r?\n/);
    const rest = parts.pop() ?? '';
    for (const part of parts) this.push(stream, part, step);
    if (rest.length < lineLimit) {
      this.partial.set(stream, rest);
    } else {
      this.partial.delete(stream);
      this.push(stream, rest, step);
    }
  }

  /** A step ends: what stands without a line's end is a line too. */
  endLines(step: string | null): void {
    for (const [stream, rest] of this.partial) if (rest !== '') this.push(stream, rest, step);
    this.partial.clear();
  }

  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  /** The lines since the last call, as portions for one event each. */
  take(): LogLine[][] {
    const portions: LogLine[][] = [];
    for (let start = 0; start < this.lines.length; start += linesPerEvent) {
      portions.push(this.lines.slice(start, start + linesPerEvent));
    }
    this.lines = [];
    return portions;
  }

  private push(stream: LogLine['stream'], text: string, step: string | null): void {
    if (this.cut) return;
    const at = new Date().toISOString();
    const clean = cleanText(text);
    const room = outputLimit - this.bytes;
    const kept = truncate(clean, Math.max(room, 0));
    this.bytes += Buffer.byteLength(kept);
    if (kept.length > 0 || clean.length === 0) this.lines.push({ at, step, stream, text: kept });
    if (kept.length < clean.length || this.bytes >= outputLimit) {
      this.cut = true;
      this.partial.clear();
      this.lines.push({ at, step, stream: 'system', text: 'Output cut here: more than 1 MiB.' });
    }
  }
}
