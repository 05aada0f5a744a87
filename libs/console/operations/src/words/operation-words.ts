import type { IconName, Tone } from '@lockstep/console-ui';
import type {
  Actor,
  CreatedBy,
  Operation,
  OperationErrorCode,
  OperationStatus,
  OperationStep,
  OperationType,
} from '@lockstep/contract';

export interface StateWords {
  readonly tone: Tone;
  readonly word: string;
  readonly icon?: IconName;
}

/** How an operation stands, in one word with its look. Ends that differ read differently. */
export function describeState(operation: Pick<Operation, 'status' | 'phase' | 'effect' | 'errorCode'>): StateWords {
  switch (operation.status) {
    case 'pending':
      return { tone: 'waiting', word: operation.phase === 'waiting' ? $localize`Waiting` : $localize`Accepted` };
    case 'in_progress':
      return describeRunning(operation.phase);
    case 'completed':
      return { tone: 'completed', word: $localize`Completed` };
    case 'cancelled':
      return { tone: 'cancelled', word: $localize`Cancelled` };
    case 'failed':
      return describeFailure(operation);
  }
}

function describeRunning(phase: Operation['phase']): StateWords {
  if (phase === 'cancelling') return { tone: 'running', word: $localize`Cancelling` };
  if (phase === 'reconciling') return { tone: 'running', word: $localize`Asking the host` };
  return { tone: 'running', word: $localize`Running` };
}

function describeFailure(operation: Pick<Operation, 'effect' | 'errorCode'>): StateWords {
  if (isQuestion(operation.errorCode)) return { tone: 'waiting', word: $localize`Key to approve`, icon: 'key' };
  if (operation.errorCode === 'OUTCOME_UNKNOWN' || operation.effect === 'unknown')
    return { tone: 'unknown', word: $localize`Outcome unknown` };
  if (operation.effect === 'rolled_back') return { tone: 'failed', word: $localize`Rolled back`, icon: 'undo' };
  return { tone: 'failed', word: $localize`Failed` };
}

/** A first host key asks a person something; it is no fault of the host. */
export const isQuestion = (errorCode: OperationErrorCode | null): boolean => errorCode === 'HOST_KEY_UNKNOWN';

export function describeStatus(status: OperationStatus): StateWords {
  return describeState({ status, phase: null, effect: null, errorCode: null });
}

/** What kind of operation this is. */
export function typeTitle(type: OperationType): string {
  switch (type) {
    case 'ssh_test':
      return $localize`SSH test`;
    case 'service_restart':
      return $localize`Service restart`;
    case 'certificate_renewal':
      return $localize`Certificate renewal`;
    case 'certificate_rehearsal':
      return $localize`Readiness check`;
    case 'certificate_deployment':
      return $localize`Certificate deployment`;
  }
}

/** What on the connection, in words for a person: a certificate's id says nothing to anybody. */
export const targetWords = ({ type, target }: Pick<Operation, 'type' | 'target'>): string =>
  isOfCertificate(type) ? '' : target;

/** Whether its target is a certificate’s id. */
export const isOfCertificate = (type: OperationType): boolean => type.startsWith('certificate_');

export function createdByTitle(createdBy: CreatedBy): string {
  switch (createdBy) {
    case 'user':
      return $localize`A person or token`;
    case 'cron':
      return $localize`A schedule`;
    case 'auto':
      return $localize`Lockstep itself`;
  }
}

export function describeActor(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return actor.name;
    case 'token':
      return $localize`API token ${actor.name}:NAME:`;
    case 'schedule':
      return $localize`${actor.name}:NAME: (schedule)`;
  }
}

/** The page of the schedule that did it; of one that is built in, the list. Null for persons and tokens. */
export function scheduleLink({ kind, id }: Actor): readonly string[] | null {
  if (kind !== 'schedule') return null;
  return /^\d+$/.test(id) ? ['/schedules', id] : ['/schedules'];
}

export interface StepWords {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: Tone | 'none';
}

/** `errorCode`: that of the operation, which tells a step that asks from one that failed. */
export function describeStep(
  { status, startedAt }: Pick<OperationStep, 'status' | 'startedAt'>,
  errorCode: OperationErrorCode | null,
): StepWords {
  switch (status) {
    case 'pending':
      if (startedAt !== null) return { word: $localize`Waiting`, icon: 'waiting', tone: 'waiting' };
      return { word: $localize`Not begun`, icon: 'dot', tone: 'none' };
    case 'running':
      return { word: $localize`Running`, icon: 'activity', tone: 'running' };
    case 'completed':
      return { word: $localize`Completed`, icon: 'completed', tone: 'completed' };
    case 'failed':
      return isQuestion(errorCode)
        ? { word: $localize`Asks for a decision`, icon: 'key', tone: 'waiting' }
        : { word: $localize`Failed`, icon: 'failed', tone: 'failed' };
    case 'skipped':
      return { word: $localize`Skipped`, icon: 'skipped', tone: 'none' };
    case 'cancelled':
      return { word: $localize`Cancelled`, icon: 'cancelled', tone: 'cancelled' };
  }
}

export const stepsDone = (operation: Operation): number =>
  operation.steps.filter(({ status }) => status === 'completed' || status === 'skipped').length;
