import { isActive, type LogLine, type Operation, type OperationStep } from '@lockstep/contract';
import { formatDuration } from '@lockstep/console-ui';

/**
 * What a change of an operation adds to its log, besides the host's output: steps that began and ended, and the end. Made
 * from two states, so that states that came joined give the same lines as those that came one by one.
 */
export function linesBetween(before: Operation | null, after: Operation): readonly LogLine[] {
  const lines: LogLine[] = [];
  if (before === null) lines.push(line(after.startedAt, null, $localize`Accepted.`));
  if (before !== null && before.phase !== 'cancelling' && after.phase === 'cancelling') {
    lines.push(line(newestMoment(after), null, $localize`Cancelling was asked for.`));
  }
  if (before !== null && after.attempt > before.attempt && after.attempt > 1) {
    lines.push(line(newestMoment(after), null, $localize`Attempt ${after.attempt}:NUMBER: began.`));
  }
  const known = new Map(before?.steps.map((step) => [step.name, step]));
  for (const step of after.steps) lines.push(...stepLines(known.get(step.name), step));
  if (!isActive(after.status) && (before === null || isActive(before.status))) {
    lines.push(line(after.completedAt ?? after.startedAt, null, after.error ?? after.message));
  }
  return lines;
}

function stepLines(before: OperationStep | undefined, after: OperationStep): readonly LogLine[] {
  const lines: LogLine[] = [];
  if (after.startedAt !== null && before?.startedAt !== after.startedAt)
    lines.push(line(after.startedAt, after.name, `▸ ${after.title}`));
  if (after.startedAt !== null && after.endedAt !== null && before?.endedAt !== after.endedAt) {
    const took = formatDuration(Date.parse(after.endedAt) - Date.parse(after.startedAt));
    lines.push(line(after.endedAt, after.name, `${marks[after.status]} ${after.message ?? after.title} (${took})`));
  }
  return lines;
}

const marks: Record<OperationStep['status'], string> = {
  pending: '·',
  running: '·',
  completed: '✓',
  failed: '✗',
  skipped: '–',
  cancelled: '⊘',
};

const line = (at: string, step: string | null, text: string): LogLine => ({ at, step, stream: 'system', text });

/** An operation does not say when it was asked to stop; the newest moment of its steps is near enough. */
const newestMoment = (operation: Operation): string =>
  operation.steps.reduce(
    (newest, { startedAt, endedAt }) => [newest, startedAt ?? '', endedAt ?? ''].sort().at(-1) ?? newest,
    operation.claimedAt ?? operation.startedAt,
  );
