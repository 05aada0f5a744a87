import { nextAttemptIn } from './patience.js';

describe('the patience with another side', () => {
  it('grows, and is an hour in the end', () => {
    const pauses = [1, 2, 3, 4, 5, 20].map((attempts) => nextAttemptIn({ attempts, ageSeconds: 60 }));
    expect(pauses).toEqual([10, 60, 600, 3_600, 3_600, 3_600]);
  });

  it('ends after a day', () => {
    expect(nextAttemptIn({ attempts: 26, ageSeconds: 86_399 })).toBe(3_600);
    expect(nextAttemptIn({ attempts: 1, ageSeconds: 86_400 })).toBeUndefined();
  });

  it('is as long as the other side asks for, but no shorter than ours and no longer than a day', () => {
    const first = { attempts: 1, ageSeconds: 0 };
    expect(nextAttemptIn(first, 120)).toBe(120);
    expect(nextAttemptIn(first, 1)).toBe(10);
    expect(nextAttemptIn(first, 1e9)).toBe(86_400);
  });
});
