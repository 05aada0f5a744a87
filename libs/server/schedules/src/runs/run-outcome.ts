import type {
  RollingRestartStatus,
  ScheduleRun,
  ScheduleRunDetail,
  ScheduleRunOutcome,
  ScheduleRunTarget,
} from '@lockstep/contract';

type Target = Pick<ScheduleRunTarget, 'result' | 'operationStatus'>;

/** How a run stands, from what it began or joined; a rolling restart knows that for itself. */
export function outcomeOf(targets: readonly Target[], rolling?: RollingRestartStatus): ScheduleRunOutcome {
  const begun = targets.filter(({ result }) => result !== 'skipped');
  if (begun.length === 0) return 'nothing_begun';
  if (rolling !== undefined) return rolling === 'running' || rolling === 'completed' ? rolling : 'failed';
  const statuses = begun.map(({ operationStatus }) => operationStatus);
  if (statuses.some((status) => status === 'pending' || status === 'in_progress')) return 'running';
  return statuses.every((status) => status === 'completed') ? 'completed' : 'failed';
}

/** Without what it did on each host. */
export function toScheduleRun({ targets: _, ...run }: ScheduleRunDetail): ScheduleRun {
  return run;
}
