import { TerminalText } from './terminal-text.js';

const read = (...pieces: (string | Buffer)[]): string => {
  const terminal = new TerminalText();
  return pieces.map((piece) => terminal.push(Buffer.from(piece))).join('');
};
const escape = '\u001b';

describe('what a terminal receives', () => {
  it.each([
    ['colours and bold', `${escape}[1;31mred${escape}[0m`, 'red'],
    ['cursor movements', `a${escape}[10;5Hb${escape}[?25l`, 'ab'],
    ['a title, ended by BEL or ST', `${escape}]0;admin${'\u0007'}a${escape}]2;x${escape}\\b`, 'ab'],
    ['short sequences', `${escape}(B${escape}=a${escape}>${escape}7b`, 'ab'],
    ['control characters', 'a\u0000b\u0008c\u0007d\u007f', 'abcd'],
    ['tabs and both ends of a line', 'a\tb\r\nc\n', 'a\tb\r\nc\n'],
  ])('is plain text without %s', (_what, raw, plain) => {
    expect(read(raw)).toBe(plain);
  });

  it('begins a line anew where the old one is erased', () => {
    expect(read(`Press a key${escape}[Kadmin:`)).toBe('Press a key\radmin:');
    expect(read(`x${escape}[2Kadmin:`)).toBe('x\radmin:');
  });

  it('is the same however it is cut', () => {
    const raw = Buffer.from(`é${escape}[1m→${escape}]0;t${escape}\\x${escape}[K😀`);
    for (let at = 0; at <= raw.length; at += 1) expect(read(raw.subarray(0, at), raw.subarray(at))).toBe('é→x\r😀');
  });

  it('is not held back for ever by an escape that belongs to nothing', () => {
    expect(read(`a${escape}]0;`, 'x'.repeat(1_000))).toBe(`a]0;${'x'.repeat(1_000)}`);
  });
});
