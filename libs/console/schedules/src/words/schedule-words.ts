import type { StateWords } from '@lockstep/console-operations';
import { formatDuration } from '@lockstep/console-ui';
import type { Schedule, ScheduleRun, ScheduleRunOutcome } from '@lockstep/contract';

/** How a run stands, with its look. */
export function describeOutcome(outcome: ScheduleRunOutcome): StateWords {
  switch (outcome) {
    case 'running':
      return { tone: 'running', word: $localize`Running` };
    case 'completed':
      return { tone: 'completed', word: $localize`Completed` };
    case 'failed':
      return { tone: 'failed', word: $localize`Failed` };
    case 'nothing_begun':
      return { tone: 'waiting', word: $localize`Nothing begun`, icon: 'skipped' };
  }
}

/** The figures of a run, as far as there are any. */
export function describeFigures({ started, joined, skipped, failed }: ScheduleRun): string {
  return [
    started > 0 ? $localize`${started}:COUNT: started` : '',
    joined > 0 ? $localize`${joined}:COUNT: joined` : '',
    failed > 0 ? $localize`${failed}:COUNT: failed` : '',
    skipped > 0 ? $localize`${skipped}:COUNT: left out` : '',
  ]
    .filter((words) => words !== '')
    .join(' · ');
}

/** Milliseconds after its time from which a run is told to be late. */
const lateMs = 60_000;

/** Why a run was not at its time; empty when it was. */
export function describeLateness({ slot, firedAt, missed }: Pick<ScheduleRun, 'slot' | 'firedAt' | 'missed'>): string {
  if (slot === null) return '';
  const late = Date.parse(firedAt) - Date.parse(slot);
  if (missed > 0)
    return $localize`Nothing ran for a while: this run stands for ${missed + 1}:COUNT: times that had come.`;
  return late > lateMs ? $localize`It was due ${formatDuration(late)}:DURATION: earlier, while nothing ran.` : '';
}

/** Where it acts, in a few words. */
export function describeWhere({ tag, targets, certificateIds }: Schedule): string {
  if (tag !== null) return $localize`tag ${tag}:TAG:`;
  const names = targets.map(({ id, name }) => name ?? `#${id}`);
  if (names.length <= 2) return names.join(', ');
  return certificateIds === null
    ? $localize`${names.length}:COUNT: connections`
    : $localize`${names.length}:COUNT: certificates`;
}

/** A moment as the clocks of a zone show it. */
export function formatInZone(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat(undefined, {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(Date.parse(at));
}
