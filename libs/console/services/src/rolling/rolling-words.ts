import type { IconName, Tone } from '@lockstep/console-ui';
import type { Operation, RollingRestart, RollingRestartStatus, RollingTargetStatus } from '@lockstep/contract';
import { describeState } from '@lockstep/console-operations';

export interface RollingWords {
  readonly tone: Tone;
  readonly word: string;
  readonly icon?: IconName;
}

/** One host of a rolling restart as it stands now. */
export interface RollingHost {
  readonly connectionId: number;
  readonly connectionName: string;
  readonly status: RollingTargetStatus;
  readonly operationId: string | null;
  readonly words: RollingWords;
  /** What its operation says: the step while it runs, the reason when it failed; or why it could not be begun. */
  readonly message: string;
}

/** `isHalted`: no further host is begun, and what runs is waited for. */
export function describeRolling(status: RollingRestartStatus, isHalted = false): RollingWords {
  switch (status) {
    case 'running':
      return { tone: 'running', word: isHalted ? $localize`Ending, no further host begins` : $localize`Running` };
    case 'completed':
      return { tone: 'completed', word: $localize`Completed` };
    case 'failed':
      return { tone: 'failed', word: $localize`Ended with failures` };
    case 'stopped':
      return { tone: 'failed', word: $localize`Stopped after failures`, icon: 'warning' };
    case 'cancelled':
      return { tone: 'cancelled', word: $localize`Cancelled` };
  }
}

function describeTarget(status: RollingTargetStatus): RollingWords {
  switch (status) {
    case 'waiting':
      return { tone: 'waiting', word: $localize`Waiting` };
    case 'not_begun':
      return { tone: 'cancelled', word: $localize`Not begun`, icon: 'skipped' };
    default:
      return describeState({ status, phase: null, effect: null, errorCode: null });
  }
}

/** The hosts as they are now: what the store knows of their operations is newer than what was fetched. */
export function hostsOf(
  { id, service, targets }: Pick<RollingRestart, 'id' | 'service' | 'targets'>,
  known: ReadonlyMap<string, Operation>,
): readonly RollingHost[] {
  const begun = new Map<number, Operation>();
  for (const operation of known.values())
    if (operation.parentId === id && operation.target === service) begun.set(operation.connectionId, operation);
  return targets.map(({ connectionId, connectionName, status, operationId, refusal }) => {
    const operation = (operationId === null ? undefined : known.get(operationId)) ?? begun.get(connectionId);
    const isWorthTelling = operation !== undefined && operation.status !== 'completed';
    return {
      connectionId,
      connectionName,
      status: operation?.status ?? status,
      operationId: operation?.id ?? operationId,
      words: operation === undefined ? describeTarget(status) : describeState(operation),
      message: isWorthTelling ? (operation.error ?? operation.message) : (refusal ?? ''),
    };
  });
}

/** The parts of the bar in the order in which hosts go through them. Those without a host are left out. */
export function partsOf(hosts: readonly RollingHost[]): readonly (RollingWords & { readonly count: number })[] {
  const parts = new Map<string, RollingWords & { count: number }>();
  for (const { words } of hosts) {
    const part = parts.get(words.word) ?? { ...words, count: 0 };
    part.count += 1;
    parts.set(words.word, part);
  }
  const order: readonly Tone[] = ['completed', 'failed', 'unknown', 'running', 'waiting', 'cancelled'];
  return [...parts.values()].sort((left, right) => order.indexOf(left.tone) - order.indexOf(right.tone));
}
