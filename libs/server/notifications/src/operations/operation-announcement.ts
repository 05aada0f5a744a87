import type { NotificationEvent, Operation } from '@lockstep/contract';
import type { Announcement, Recovery } from '../announcing/announcement.js';

/** What an ended operation gives people to know: a trouble, or that some are over. A cancelled one as a rule neither. */
export interface OperationNews {
  readonly trouble?: Announcement;
  readonly recoveries: readonly Recovery[];
}

/** How an operation stands to others that were started with it. */
export interface Family {
  /** Another operation started it, and tells how all of them ended. */
  readonly isChild: boolean;
  /** Of those that it started, the connections on which one failed. */
  readonly failedOn: readonly number[];
}

export function newsOf(operation: Operation, { isChild, failedOn }: Family): OperationNews {
  const event = eventOf(operation);
  if (event !== undefined) {
    if (isChild) return { recoveries: [] };
    const trouble = troubleOf(operation, event);
    return { trouble: { ...trouble, connectionIds: [operation.connectionId, ...failedOn] }, recoveries: [] };
  }
  return { recoveries: operation.status === 'completed' ? recoveriesOf(operation) : [] };
}

/** The worst of what it was. A cancelled operation that left a host between two states counts as well. */
function eventOf({ status, effect, errorCode }: Operation): NotificationEvent | undefined {
  if (effect === 'partial') return 'effect_partial';
  if (status !== 'failed') return undefined;
  if (effect === 'rolled_back') return 'rolled_back';
  return errorCode === 'HOST_KEY_CHANGED' ? 'host_key_changed' : 'operation_failed';
}

function troubleOf(operation: Operation, event: NotificationEvent): Announcement {
  const { id, connectionName: host, createdBy, error } = operation;
  const common = {
    event,
    text: error ?? operation.message,
    link: `/operations/${id}`,
    byPerson: event === 'operation_failed' && createdBy === 'user',
  };
  if (event === 'host_key_changed')
    return { ...common, subjectKey: hostKeyOf(operation), title: `The host key of ${host} has changed` };
  const what = `${whatOf(operation)} on ${host}`;
  const endings: Record<typeof event, string> = {
    effect_partial: `${what} left the host between two states`,
    rolled_back: `${what} failed and was rolled back`,
    operation_failed: `${what} failed`,
    certificate_expiring: what,
    nothing_ran: what,
  };
  return { ...common, subjectKey: slotOf(operation), title: endings[event] };
}

function recoveriesOf(operation: Operation): Recovery[] {
  const { id, connectionId, connectionName: host, message } = operation;
  const common = { connectionIds: [connectionId], link: `/operations/${id}` };
  return [
    { ...common, subjectKey: slotOf(operation), title: `${whatOf(operation)} on ${host}`, text: message },
    // Whatever has logged in has seen the approved key.
    {
      ...common,
      subjectKey: hostKeyOf(operation),
      title: `the host key of ${host}`,
      text: `${host} showed an approved host key again.`,
    },
  ];
}

const slotOf = ({ connectionId, type, target }: Operation): string =>
  `operation:${String(connectionId)}:${type}:${target}`;
const hostKeyOf = ({ connectionId }: Operation): string => `host_key:${String(connectionId)}`;

/** "SSH test", "Service restart of nginx.service". A number tells nobody anything; the sentence below names what it is. */
function whatOf({ type, target }: Operation): string {
  const words = type.replaceAll('_', ' ').replace(/^ssh/, 'SSH');
  const title = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  return target === '' || /^\d+$/.test(target) ? title : `${title} of ${target}`;
}
