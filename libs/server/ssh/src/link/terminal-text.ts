import { StringDecoder } from 'node:string_decoder';

const escape = '\u001b';
/** Whole sequences of ECMA-48: CSI with parameters, OSC up to BEL or ST, and the short ones. */
const sequences = new RegExp(
  `${escape}(?:\\[([0-?]*)[ -/]*([@-~])|\\][^\\u0007${escape}]*(?:\\u0007|${escape}\\\\)|[ -/]*[0-OQ-Z\\\\^-~])`,
  'g',
);
/** No sequence that a host prints on purpose is longer; what is, is text with a stray escape in it. */
const longestSequence = 256;

/** Turns what a terminal receives into plain text, also where a character or an escape sequence is cut across packets. */
export class TerminalText {
  readonly #decoder = new StringDecoder('utf8');
  #pending = '';

  /** Erasing a line becomes a carriage return: what follows it stands at the begin of a line. */
  push(chunk: Buffer): string {
    const text = (this.#pending + this.#decoder.write(chunk)).replace(sequences, (_whole, _parameters, final) =>
      final === 'K' ? '\r' : '',
    );
    const unfinished = text.indexOf(escape, text.length - longestSequence);
    const end = unfinished < 0 ? text.length : unfinished;
    this.#pending = text.slice(end);
    // Other control characters cannot be kept or shown; tab, line feed and carriage return can.
    return text.slice(0, end).replace(/[^\P{Cc}\t\n\r]/gu, '');
  }
}
