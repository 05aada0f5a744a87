import type { IconName, Tone } from '@lockstep/console-ui';
import type { Service, ServiceState } from '@lockstep/contract';

export interface ServiceWords {
  readonly tone: Tone;
  readonly word: string;
  readonly icon?: IconName;
}

/** How a service stands, in one word with its look. */
export function describeService(state: ServiceState): ServiceWords {
  switch (state) {
    case 'active':
      return { tone: 'completed', word: $localize`Active` };
    case 'activating':
      return { tone: 'running', word: $localize`Starting` };
    case 'deactivating':
      return { tone: 'running', word: $localize`Stopping` };
    case 'reloading':
      return { tone: 'running', word: $localize`Reloading` };
    case 'inactive':
      return { tone: 'cancelled', word: $localize`Inactive`, icon: 'stop' };
    case 'failed':
      return { tone: 'failed', word: $localize`Failed` };
    case 'unknown':
      return { tone: 'unknown', word: $localize`Not known` };
  }
}

export const serviceStates: readonly ServiceState[] = [
  'failed',
  'active',
  'inactive',
  'activating',
  'deactivating',
  'reloading',
  'unknown',
];

/** Pinned ones first, then what has failed; else in the order in which the host's platform tells them. */
export function inOrder(services: readonly Service[]): readonly Service[] {
  const rank = ({ pinned, state }: Service) => (pinned ? 0 : state === 'failed' ? 1 : 2);
  return [...services].sort((left, right) => rank(left) - rank(right));
}

/** Whether every word that was typed is in its name or description. */
export function fits(service: Pick<Service, 'name' | 'description'>, search: string): boolean {
  const text = `${service.name} ${service.description}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
