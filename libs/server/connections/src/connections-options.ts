import type { NetworkPolicyOptions } from '@lockstep/server-ssh';

export const CONNECTIONS_OPTIONS = Symbol('CONNECTIONS_OPTIONS');

/** What the environment says about reaching hosts. */
export interface ConnectionsOptions {
  readonly network: NetworkPolicyOptions;
  /**
   * LOCKSTEP_SSH_DEADLINE_MS: the most milliseconds that each step of reaching and asking a host may take, where that is
   * less than the step's own deadline. For tests and very impatient networks.
   */
  readonly stepDeadlineMs?: number | undefined;
}
