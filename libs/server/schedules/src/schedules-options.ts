/** How this process takes part in schedules. */
export interface SchedulesOptions {
  /** Operations at once in this process; one without workers fires no schedule. */
  readonly workers: number;
  /** Days that the record of a run is kept, as operations are. */
  readonly operationRetentionDays: number;
}

export const SCHEDULES_OPTIONS = Symbol('SCHEDULES_OPTIONS');
