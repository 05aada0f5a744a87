import { OperationStatus } from '@lockstep/contract';
import { type TransitionName, transitionFrom, transitions } from './transitions.js';

const names = Object.keys(transitions) as TransitionName[];

describe('the transition table', () => {
  it.each(['completed', 'failed', 'cancelled'] as const)('lets nothing lead out of %s', (status) => {
    for (const name of names) expect(() => transitionFrom(status, name)).toThrow(`cannot ${name}`);
  });

  it('never goes from pending to an end other than cancelled', () => {
    const ends = names.filter(
      (name) => transitions[name].from.includes('pending') && transitions[name].to.phase === null,
    );
    expect(ends).toEqual(['cancel']);
  });

  it('reaches every status but the first', () => {
    const reached = new Set(names.map((name) => transitions[name].to.status));
    expect(reached).toEqual(new Set(OperationStatus.options));
  });
});
