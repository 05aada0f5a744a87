import { describeFacts } from './fact-words';

const moment = {
  name: 'nginx.service',
  state: 'active',
  subState: 'running',
  since: '2026-11-23T10:15:59.000Z',
  invocation: '5c1e',
  at: '2026-11-23T10:16:00.000Z',
};
const told = (metadata: Record<string, unknown>) =>
  describeFacts(metadata).map(({ name, value }) => `${name}: ${value}`);

describe('the facts of an operation', () => {
  it('tell in words how a service was before and after, and in which run', () => {
    expect(told({ after: { ...moment, state: 'failed', since: null, invocation: '' }, before: moment })).toEqual([
      expect.stringMatching(/^Before: active since .*2026.*, run 5c1e$/),
      'After: failed',
    ]);
  });

  it('show what has no words of its own as it came', () => {
    expect(told({ oddThing: { a: 1 } })).toEqual(['Odd thing: {"a":1}']);
  });
});
