import type { Schedule } from '@lockstep/contract';
import { describeLateness, describeWhere } from './schedule-words';

describe('what is told of a run', () => {
  const slot = '2026-11-23T02:00:00.000Z';

  it('is nothing when it was at its time, or when a person ran it', () => {
    expect(describeLateness({ slot, firedAt: '2026-11-23T02:00:01.000Z', missed: 0 })).toBe('');
    expect(describeLateness({ slot: null, firedAt: '2026-11-23T02:00:01.000Z', missed: 0 })).toBe('');
  });

  it('is by how much it was late, and for how many times it stands', () => {
    expect(describeLateness({ slot, firedAt: '2026-11-23T04:05:00.000Z', missed: 0 })).toContain('2 h 05 min');
    expect(describeLateness({ slot, firedAt: '2026-11-23T04:05:00.000Z', missed: 3 })).toContain('4 times');
  });
});

describe('where a schedule acts', () => {
  const where = (fields: Partial<Schedule>): string =>
    describeWhere({ tag: null, targets: [], certificateIds: null, ...fields } as Schedule);

  it('is a tag, a few names, or how many there are', () => {
    const targets = [
      { id: 1, name: 'web-1' },
      { id: 2, name: null },
    ];
    expect(where({ tag: 'web' })).toBe('tag web');
    expect(where({ targets })).toBe('web-1, #2');
    expect(where({ targets: [...targets, { id: 3, name: 'web-3' }] })).toBe('3 connections');
    expect(where({ targets: [...targets, { id: 3, name: 'a' }], certificateIds: [1, 2, 3] })).toBe('3 certificates');
  });
});
