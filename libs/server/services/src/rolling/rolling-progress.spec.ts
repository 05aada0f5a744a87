import type { OperationStatus } from '@lockstep/contract';
import { progressOf } from './rolling-progress.js';

type Host = OperationStatus | 'waits' | 'refused';
const hostsOf = (...hosts: Host[]) =>
  hosts.map((host) => ({
    operation: host === 'waits' || host === 'refused' ? null : host,
    refused: host === 'refused',
  }));
const rules = { atOnce: 2, stopAfterFailures: 2, cancelled: false };

describe('a rolling restart', () => {
  it('begins with as many hosts as may be restarted at once, in their order', () => {
    const { status, next, targets } = progressOf(rules, hostsOf('waits', 'waits', 'waits'));
    expect([status, next]).toEqual(['running', [0, 1]]);
    expect(targets).toEqual(['waiting', 'waiting', 'waiting']);
  });

  it('begins the next when one has ended, and none beyond the limit', () => {
    expect(progressOf(rules, hostsOf('completed', 'in_progress', 'waits', 'waits')).next).toEqual([2]);
    expect(progressOf(rules, hostsOf('pending', 'in_progress', 'waits')).next).toEqual([]);
    expect(progressOf(rules, hostsOf('pending', 'in_progress', 'in_progress', 'waits')).next).toEqual([]);
  });

  it('is completed only when each host completed', () => {
    expect(progressOf(rules, hostsOf('completed', 'completed')).status).toBe('completed');
    expect(progressOf(rules, hostsOf('completed', 'failed')).status).toBe('failed');
    expect(progressOf(rules, hostsOf('completed', 'refused')).status).toBe('failed');
  });

  it('begins no further host after so many that did not complete, a cancelled one among them', () => {
    const running = progressOf(rules, hostsOf('failed', 'cancelled', 'in_progress', 'waits'));
    expect(running).toEqual({
      status: 'running',
      next: [],
      targets: ['failed', 'cancelled', 'in_progress', 'not_begun'],
    });
    expect(progressOf(rules, hostsOf('failed', 'cancelled', 'completed', 'waits')).status).toBe('stopped');
  });

  it('goes on after fewer failures than that', () => {
    expect(progressOf(rules, hostsOf('failed', 'completed', 'waits')).next).toEqual([2]);
  });

  it('has ended with failures, and was not stopped, when the last host was the one too many', () => {
    expect(progressOf(rules, hostsOf('completed', 'failed', 'failed')).status).toBe('failed');
  });

  it('lets what runs go on when it is cancelled, and is cancelled then', () => {
    const cancelled = { ...rules, cancelled: true };
    const running = progressOf(cancelled, hostsOf('completed', 'in_progress', 'waits'));
    expect(running).toEqual({ status: 'running', next: [], targets: ['completed', 'in_progress', 'not_begun'] });
    expect(progressOf(cancelled, hostsOf('completed', 'completed', 'waits')).status).toBe('cancelled');
    expect(progressOf(cancelled, hostsOf('completed', 'completed', 'completed')).status).toBe('completed');
  });

  it('passes over a host that could not be begun, without counting it as a failure', () => {
    const one = { ...rules, atOnce: 1, stopAfterFailures: 1 };
    expect(progressOf(one, hostsOf('refused', 'waits'))).toMatchObject({ status: 'running', next: [1] });
  });
});
