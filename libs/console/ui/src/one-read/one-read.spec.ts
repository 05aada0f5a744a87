import { OneRead } from './one-read';

describe('OneRead', () => {
  it('reads once more, and not more often, for what is asked for while an answer is under way', async () => {
    const answers: (() => void)[] = [];
    const read = new OneRead(() => new Promise((resolve) => answers.push(resolve)));
    const first = read.again();
    const later = [read.again(), read.again()];
    expect(answers).toHaveLength(1);
    answers[0]?.();
    await Promise.resolve();
    await Promise.resolve();
    expect(answers).toHaveLength(2);
    answers[1]?.();
    await Promise.all([first, ...later]);
    expect(answers).toHaveLength(2);
  });

  it('reads again when asked again after the answer', async () => {
    let count = 0;
    const read = new OneRead(() => Promise.resolve(void count++));
    await read.again();
    await read.again();
    expect(count).toBe(2);
  });
});
