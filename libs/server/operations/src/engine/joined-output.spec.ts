import { JoinedOutput, outputLimit } from './joined-output.js';

const texts = (output: JoinedOutput): string[] =>
  output
    .take()
    .flat()
    .map(({ text }) => text);

describe('joined output', () => {
  it('cuts what comes in pieces into whole lines', () => {
    const output = new JoinedOutput(0);
    for (const piece of ['on', 'e\ntw', 'o\r\nthr']) output.add('stdout', piece, null);
    expect(texts(output)).toEqual(['one', 'two']);
    output.endLines(null);
    expect(texts(output)).toEqual(['thr']);
  });

  it('keeps the streams apart', () => {
    const output = new JoinedOutput(0);
    output.add('stdout', 'out ', 'look');
    output.add('stderr', 'err\n', 'look');
    output.add('stdout', 'put\n', 'look');
    expect(
      output
        .take()
        .flat()
        .map(({ stream, text }) => [stream, text]),
    ).toEqual([
      ['stderr', 'err'],
      ['stdout', 'out put'],
    ]);
  });

  it('counts what earlier attempts kept, cuts at one MiB, and says so once', () => {
    const output = new JoinedOutput(outputLimit - 10);
    output.add('stdout', `${'é'.repeat(8)}\nmore\n`, null);
    expect(texts(output)).toEqual(['ééééé', expect.stringContaining('cut')]);
    output.add('stdout', 'more\n', null);
    expect(output.isEmpty).toBe(true);
  });

  it('continues an endless line on the next', () => {
    const output = new JoinedOutput(0);
    for (let n = 0; n < 40; n += 1) output.add('stdout', 'x'.repeat(1_000), null);
    expect(texts(output).every((text) => text.length <= 17_000)).toBe(true);
  });

  it('gives portions of at most 200 lines', () => {
    const output = new JoinedOutput(0);
    output.add('stdout', 'x\n'.repeat(450), null);
    expect(output.take().map(({ length }) => length)).toEqual([200, 200, 50]);
  });
});
