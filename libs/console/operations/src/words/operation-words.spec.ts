import { describeState, describeStep } from './operation-words';

const ended = { phase: null, effect: 'none', errorCode: null } as const;

describe('describeState', () => {
  it('tells ends apart by word and look', () => {
    expect(describeState({ ...ended, status: 'completed' })).toMatchObject({ tone: 'completed', word: 'Completed' });
    expect(describeState({ ...ended, status: 'cancelled' })).toMatchObject({ tone: 'cancelled', word: 'Cancelled' });
    expect(describeState({ ...ended, status: 'failed', errorCode: 'CONNECTION_REFUSED' })).toMatchObject({
      tone: 'failed',
      word: 'Failed',
    });
    expect(describeState({ ...ended, status: 'failed', effect: 'rolled_back' })).toMatchObject({
      tone: 'failed',
      word: 'Rolled back',
      icon: 'undo',
    });
    expect(
      describeState({ ...ended, status: 'failed', effect: 'unknown', errorCode: 'OUTCOME_UNKNOWN' }),
    ).toMatchObject({ tone: 'unknown', word: 'Outcome unknown' });
  });

  it('shows a first host key as a question and not as a fault', () => {
    expect(describeState({ ...ended, status: 'failed', errorCode: 'HOST_KEY_UNKNOWN' })).toMatchObject({
      tone: 'waiting',
      word: 'Key to approve',
    });
  });

  it('shows the step that met it as the question, too', () => {
    const failed = { status: 'failed', startedAt: '2026-11-23T00:00:00.000Z' } as const;
    expect(describeStep(failed, 'HOST_KEY_UNKNOWN')).toMatchObject({ tone: 'waiting', icon: 'key' });
    expect(describeStep(failed, 'HOST_KEY_CHANGED')).toMatchObject({ tone: 'failed', word: 'Failed' });
    expect(describeStep(failed, null)).toMatchObject({ tone: 'failed' });
    expect(describeStep({ ...failed, status: 'pending' }, null)).toMatchObject({ word: 'Waiting' });
    expect(describeStep({ status: 'pending', startedAt: null }, null)).toMatchObject({ word: 'Not begun' });
  });

  it('says what a running one is at', () => {
    expect(describeState({ ...ended, status: 'in_progress', phase: 'cancelling' }).word).toBe('Cancelling');
    expect(describeState({ ...ended, status: 'in_progress', phase: 'reconciling' }).word).toBe('Asking the host');
    expect(describeState({ ...ended, status: 'pending', phase: 'waiting' }).word).toBe('Waiting');
  });
});
