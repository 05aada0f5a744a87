import { type RenewalFacts, dueOf, planRenewal } from './renewal-policy.js';

const day = 86_400_000;
const start = new Date('2026-01-01T00:00:00Z');
const after = (days: number): Date => new Date(start.getTime() + days * day);

/** Issued on the first of January for 90 days, due after 60. */
const deployed = { notBefore: start, notAfter: after(90), renewAt: after(60) };
const facts: RenewalFacts = {
  autoRenew: true,
  issuerKind: 'internal',
  hasTarget: true,
  deployed,
  last: null,
  failures: 0,
  isAnswered: false,
};
/** An id whose jitter is 0, and one whose jitter is the most there is. */
const [still, late] = ['019aa000-0000-7000-8000-000000000000', '019aa000-0000-7000-8000-0000ffffffff'];
const ended = (status: string, days: number, id = still) => ({ id, status, completedAt: after(days) });
const minutesLater = (change: Partial<RenewalFacts>, from: Date): number | undefined => {
  const { nextAttemptAt } = planRenewal({ ...facts, ...change });
  return nextAttemptAt === null ? undefined : (nextAttemptAt.getTime() - from.getTime()) / 60_000;
};

describe('when what is deployed is due', () => {
  it.each([
    [90, 60, { days: 60, basis: 'third' }],
    [6, 3, { days: 3, basis: 'half' }],
    [90, 41.5, { days: 41.5, basis: 'issuer' }],
    [90, 89, { days: 85.5, basis: 'twentieth' }],
    [90, 500, { days: 85.5, basis: 'twentieth' }],
  ])('of %d days with the moment %d written down', (lifetime, renewAt, { days, basis }) => {
    const due = dueOf({ notBefore: start, notAfter: after(lifetime), renewAt: after(renewAt) });
    expect(due).toEqual({ at: after(days), basis });
  });
});

describe('the next attempt', () => {
  it('waits for that moment', () => {
    expect(planRenewal(facts)).toEqual({ reason: 'not_due', nextAttemptAt: after(60) });
  });

  it.each([
    ['off', { autoRenew: false }],
    ['by_hand', { issuerKind: 'manual' }],
    ['not_begun', { deployed: null }],
    ['no_target', { hasTarget: false }],
  ])('never comes: %s', (reason, change) => {
    const failed = { last: ended('failed', 61), failures: 1 };
    expect(planRenewal({ ...facts, ...change })).toEqual({ reason, nextAttemptAt: null });
    expect(planRenewal({ ...facts, ...failed, ...change })).toEqual({ reason, nextAttemptAt: null });
  });

  it.each([
    [1, 1],
    [2, 10],
    [3, 100],
    [4, 1_440],
    [40, 1_440],
  ])('comes after %d failures in a row %d minutes later, or a tenth after that', (failures, minutes) => {
    expect(planRenewal({ ...facts, failures, last: ended('failed', 70) }).reason).toBe('failed');
    expect(minutesLater({ failures, last: ended('failed', 70) }, after(70))).toBe(minutes);
    expect(minutesLater({ failures, last: ended('failed', 70, late) }, after(70))).toBeCloseTo(minutes * 1.1, 2);
  });

  it('gives a certificate of one day more than one chance', () => {
    const oneDay = { notBefore: start, notAfter: after(1), renewAt: after(0.5) };
    expect(minutesLater({ deployed: oneDay, failures: 9, last: ended('failed', 0.6) }, after(0.6))).toBe(72);
  });

  it('leaves a person alone for an hour who cancelled one', () => {
    const cancelled = { last: ended('cancelled', 70), failures: 2 };
    expect(planRenewal({ ...facts, ...cancelled }).reason).toBe('cancelled');
    expect(minutesLater(cancelled, after(70))).toBe(60);
  });

  it('waits no longer when the host key that it failed for is approved', () => {
    const failed = { last: ended('failed', 70), failures: 4 };
    expect(planRenewal({ ...facts, ...failed, isAnswered: true })).toEqual({
      reason: 'not_due',
      nextAttemptAt: after(60),
    });
  });

  it('is not hurried by what somebody tried before it was due', () => {
    const due = { reason: 'not_due', nextAttemptAt: after(60) };
    for (const status of ['failed', 'cancelled', 'completed'])
      expect(planRenewal({ ...facts, failures: 1, last: ended(status, 30) })).toEqual(due);
  });

  it('does not follow at once where a new certificate is due as soon as it is issued', () => {
    const dueAtOnce = { ...deployed, renewAt: start };
    expect(minutesLater({ deployed: dueAtOnce, last: ended('completed', 0) }, start)).toBe(60);
    const ofAnHour = { notBefore: start, notAfter: after(1 / 24), renewAt: start };
    expect(minutesLater({ deployed: ofAnHour, last: ended('completed', 0) }, start)).toBe(3);
  });
});
