import { operationOf, stepOf } from '../operation.testing';
import { linesBetween } from './event-lines';
import { splitAtMatches } from './log-line';

const at = (second: number) => `2026-11-22T12:00:0${second}.000Z`;
const accepted = operationOf({ status: 'pending', phase: null, attempt: 0, steps: [stepOf()] });
const running = operationOf({ sequence: 3, steps: [stepOf({ status: 'running', startedAt: at(1) })] });
const failed = operationOf({
  sequence: 5,
  status: 'failed',
  phase: null,
  completedAt: at(3),
  error: 'The host refused the connection.',
  steps: [stepOf({ status: 'failed', startedAt: at(1), endedAt: at(3), message: 'refused' })],
});
const texts = (lines: ReturnType<typeof linesBetween>) => lines.map(({ text }) => text);

describe('linesBetween', () => {
  it('tells the beginning and the end of a step and of the operation', () => {
    expect(texts(linesBetween(null, accepted))).toEqual(['Accepted.']);
    expect(texts(linesBetween(accepted, running))).toEqual(['▸ Connect']);
    expect(texts(linesBetween(running, failed))).toEqual(['✗ refused (2.0 s)', 'The host refused the connection.']);
  });

  it('gives the same lines when states came joined', () => {
    const oneByOne = [
      ...linesBetween(null, accepted),
      ...linesBetween(accepted, running),
      ...linesBetween(running, failed),
    ];
    const joined = [...linesBetween(null, accepted), ...linesBetween(accepted, failed)];
    expect(joined).toEqual(oneByOne);
  });

  it('says nothing about progress alone', () => {
    expect(linesBetween(running, { ...running, sequence: 4, progress: 40 })).toEqual([]);
  });

  it('names the step that a line belongs to', () => {
    expect(linesBetween(accepted, running)[0]?.step).toBe('connect');
  });
});

describe('splitAtMatches', () => {
  it('marks every place where the words are found, whatever their case', () => {
    expect(splitAtMatches('Error: an error', 'error')).toEqual([
      { text: 'Error', isMatch: true },
      { text: ': an ', isMatch: false },
      { text: 'error', isMatch: true },
    ]);
  });

  it('leaves a text without matches whole', () => {
    expect(splitAtMatches('fine', 'error')).toEqual([{ text: 'fine', isMatch: false }]);
  });
});
