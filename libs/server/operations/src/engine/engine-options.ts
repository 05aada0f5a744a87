import type { OperationType } from '@lockstep/contract';

/** How this process takes part in the engine. */
export interface EngineOptions {
  /** Operations at once in this process; 0 takes none. */
  readonly workers: number;
  /** The database is embedded: only processes of this machine use it. */
  readonly embedded: boolean;
  readonly operationRetentionDays: number;
  readonly logRetentionDays: number;
  /** The types that have a handler here; all unless told. A test of one feature has no others. */
  readonly types?: readonly OperationType[];
}

export const ENGINE_OPTIONS = Symbol('ENGINE_OPTIONS');

/** Seconds a claim is good for, on the database's clock. */
export const leaseSeconds = 20;
/** A worker stops trusting its lease this long before it ends. */
export const leaseMarginMs = 5_000;
/** How often leases are renewed. */
export const heartbeatMs = 5_000;
/** Workers that may be lost over one operation before it is given up. */
export const mostAttempts = 5;
