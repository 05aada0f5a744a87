import { OperationCancelled, type OperationContext, OperationFailure } from '@lockstep/server-operations';
import { type HostEnd, concludeRenewal, readOwnHostEnd, wholeEffect } from './host-ends.js';

const has: HostEnd = { hasIt: true, effect: 'applied' };
const had: HostEnd = { hasIt: true, effect: 'none' };
const failed: HostEnd = { hasIt: false, effect: 'none' };
const back: HostEnd = { hasIt: false, effect: 'rolled_back' };

describe('what was done to several hosts together', () => {
  it.each<[string, HostEnd[], string]>([
    ['applied when all have it', [has, has], 'applied'],
    ['applied when the rest had it before', [had, has], 'applied'],
    ['partial when one was not changed', [has, failed], 'partial'],
    ['partial when one was put back', [has, back], 'partial'],
    ['partial when one is neither', [back, { hasIt: false, effect: 'partial' }], 'partial'],
    ['nothing when none was changed', [failed, had, failed], 'none'],
    ['rolled back when the changed ones were', [back, failed, had], 'rolled_back'],
    ['unknown when one is not known', [has, { hasIt: false, effect: 'unknown' }], 'unknown'],
  ])('is %s', (_, ends, effect) => expect(wholeEffect(ends)).toBe(effect));
});

describe('the end of a renewal on several hosts', () => {
  const context = { signal: new AbortController().signal } as OperationContext;
  const conclude = (own: HostEnd, ...others: HostEnd[]): unknown => {
    try {
      return concludeRenewal(context, { own, others, renewed: 'shop is renewed' });
    } catch (error) {
      return error;
    }
  };

  it('is good when all have it, and counts them', () => {
    expect(conclude(has, has, had)).toEqual({ message: 'shop is renewed on 3 hosts', effect: 'applied' });
  });

  it('is a failure that says on how many it is', () => {
    const failure = conclude(has, failed, had);
    expect(failure).toBeInstanceOf(OperationFailure);
    expect(failure).toMatchObject({ code: 'DEPLOYMENT_INCOMPLETE', effect: 'partial' });
    expect((failure as Error).message).toBe('The new certificate is on 2 of 3 hosts.');
  });

  it('is the failure of its own host where that failed', () => {
    const failure = { code: 'DISK_FULL', message: 'The disk is full.', hostWords: 'no space' };
    const own = readOwnHostEnd({ ownHost: { hasIt: false, effect: 'none', failure } });
    expect(own && conclude(own, has)).toMatchObject({
      code: 'DISK_FULL',
      message: 'The disk is full. The new certificate is on 1 of 2 hosts.',
      effect: 'partial',
      hostWords: 'no space',
    });
  });

  it('is no cancellation by itself', () => {
    expect(conclude({ hasIt: false, effect: 'rolled_back' }, back)).not.toBeInstanceOf(OperationCancelled);
  });
});
