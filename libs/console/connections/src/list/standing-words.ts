import type { ConnectionStanding } from '@lockstep/contract';

export const standings: readonly ConnectionStanding[] = ['reachable', 'not_reached', 'host_key', 'not_tested'];

export function standingTitle(standing: ConnectionStanding): string {
  switch (standing) {
    case 'reachable':
      return $localize`Reachable`;
    case 'not_reached':
      return $localize`Test failed`;
    case 'host_key':
      return $localize`Host key to decide on`;
    case 'not_tested':
      return $localize`Not tested`;
  }
}
