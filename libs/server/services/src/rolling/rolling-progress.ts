import type { OperationStatus, RollingRestartStatus, RollingTargetStatus } from '@lockstep/contract';

/** What the state of a rolling restart is made of. */
export interface RollingRules {
  readonly atOnce: number;
  readonly stopAfterFailures: number;
  readonly cancelled: boolean;
}

/** One host: the status of its operation, or null before it has one. `refused`: its turn came and it could not be begun. */
export interface RollingHost {
  readonly operation: OperationStatus | null;
  readonly refused: boolean;
}

export interface RollingProgress {
  readonly status: RollingRestartStatus;
  readonly targets: readonly RollingTargetStatus[];
  /** The places of the hosts whose turn it is now. */
  readonly next: readonly number[];
}

/** How a rolling restart stands and what comes next. The one place where that is decided. */
export function progressOf(rules: RollingRules, hosts: readonly RollingHost[]): RollingProgress {
  const count = (fits: (host: RollingHost) => boolean): number => hosts.filter(fits).length;
  const active = count(isActive);
  const failures = count(({ operation }) => operation === 'failed' || operation === 'cancelled');
  const isStopped = failures >= rules.stopAfterFailures;
  const isHalted = rules.cancelled || isStopped;
  const waiting = hosts.flatMap((host, place) => (isWaiting(host) ? [place] : []));
  return {
    status: statusOf({
      isRunning: active > 0 || (waiting.length > 0 && !isHalted),
      isAllDone: count(({ operation }) => operation === 'completed') === hosts.length,
      cutShortBy: waiting.length === 0 ? null : rules.cancelled ? 'cancelled' : 'stopped',
    }),
    targets: hosts.map((host) => targetStatus(host, isHalted)),
    next: isHalted ? [] : waiting.slice(0, Math.max(0, rules.atOnce - active)),
  };
}

function statusOf(facts: {
  isRunning: boolean;
  isAllDone: boolean;
  cutShortBy: 'cancelled' | 'stopped' | null;
}): RollingRestartStatus {
  if (facts.isRunning) return 'running';
  return facts.cutShortBy ?? (facts.isAllDone ? 'completed' : 'failed');
}

function targetStatus(host: RollingHost, isHalted: boolean): RollingTargetStatus {
  if (host.operation !== null) return host.operation;
  return host.refused || isHalted ? 'not_begun' : 'waiting';
}

const isActive = ({ operation }: RollingHost): boolean => operation === 'pending' || operation === 'in_progress';
const isWaiting = ({ operation, refused }: RollingHost): boolean => operation === null && !refused;
